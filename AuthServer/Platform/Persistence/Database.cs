using AuthServer.Platform.Configuration;
using AuthServer.Platform.Jobs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>The PostgreSQL database.</summary>
public sealed class DatabaseSettings : ISettings
{
    static string ISettings.Section => "Database";

    /// <summary>
    /// <c>postgresql://user:password@host:port/database</c>; also taken from <c>ConnectionStrings:Default</c> in Npgsql's form.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// The maximum number of connections of a replica; 0 means four for each core, and at least 8. More are slower, because each has to
    /// warm up its caches. The sum over all replicas must stay below PostgreSQL's max_connections.
    /// </summary>
    public int MaxConnections { get; set; }

    /// <summary>How long a statement may take before the request is answered with 503.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a request waits for a connection before it is answered with 503.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether a database on another machine may be reached without a verified certificate, because the network between is private.
    /// </summary>
    public bool AllowUnverifiedTls { get; set; }

    internal int EffectiveMaxConnections => MaxConnections > 0 ? MaxConnections : Math.Max(8, 4 * Environment.ProcessorCount);

    /// <summary>Whether somebody on the way could pose as the database, and read what is sent to it.</summary>
    internal bool CanBeImpersonated =>
        !AllowUnverifiedTls && !string.IsNullOrEmpty(Url)
            && DatabaseUrl.Parse(Url) is { } connection && !DatabaseUrl.IsVerified(connection);

    IEnumerable<string> ISettings.Validate()
    {
        if (string.IsNullOrWhiteSpace(Url))
        {
            yield return "DATABASE_URL is not set. Give postgresql://user:password@host:5432/database, or ConnectionStrings__Default.";
        }
        else if (DatabaseUrl.Fault(Url) is { } fault)
        {
            yield return $"DATABASE_URL cannot be read. {fault} Give postgresql://user:password@host:5432/database (percent-encode odd "
                + "characters in the password), or an Npgsql connection string.";
        }

        if (MaxConnections is < 0 or (> 0 and < 4) || CommandTimeout < TimeSpan.FromSeconds(1) || ConnectTimeout < TimeSpan.FromSeconds(1))
        {
            yield return "Database:MaxConnections must be 0 or at least 4, Database:CommandTimeout and Database:ConnectTimeout at least "
                + "one second.";
        }
    }
}

internal static class DatabaseRegistration
{
    internal const string Impersonable = "The database in DATABASE_URL is not on this machine, and its certificate is not verified: "
        + "somebody on the way could read everything. Add ?sslmode=verify-full (and sslrootcert=FILE for a certificate authority of your "
        + "own), or set Database__AllowUnverifiedTls=true where the network between is yours alone.";

    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        builder.AddSettings<DatabaseSettings>();
        if (!builder.Environment.IsDevelopment())
        {
            builder.Services.AddOptions<DatabaseSettings>().Validate(static settings => !settings.CanBeImpersonated, Impersonable);
        }

        if (builder.Configuration.GetConnectionString("Default") is { Length: > 0 } connectionString)
        {
            builder.Services.PostConfigure<DatabaseSettings>(
                settings => settings.Url = string.IsNullOrEmpty(settings.Url) ? connectionString : settings.Url);
        }

        builder.Services.AddSingleton(
            services => Connect(services.GetRequiredService<DatabaseSettings>(), services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<ListenConnectionState>();
        builder.Services.AddSingleton<DatabaseClock>();
        builder.Services.AddSingleton<DatabaseOutage>();
        builder.Services.AddHostedService<NotificationListener>();
        builder.Services.AddSingleton<RetentionCleanup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RetentionCleanup>());
        builder.Services.AddDbContextPool<AuthDbContext>(
            (services, options) => options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>()));
    }

    private static NpgsqlDataSource Connect(DatabaseSettings settings, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(DatabaseUrl.Parse(settings.Url!)!.ConnectionString);
        var connection = builder.ConnectionStringBuilder;
        connection.ApplicationName ??= "AuthServer";
        connection.MaxPoolSize = settings.EffectiveMaxConnections;
        connection.Timeout = (int)Math.Ceiling(settings.ConnectTimeout.TotalSeconds);
        connection.CommandTimeout = (int)Math.Ceiling(settings.CommandTimeout.TotalSeconds);
        // A database that does not answer a statement rarely answers its cancellation either: do not wait the default two seconds.
        connection.CancellationTimeout = 500;
        // The few statements of the hot paths are planned once per connection.
        connection.MaxAutoPrepare = 40;
        connection.AutoPrepareMinUsages = 2;
        // Connections carry no state between uses: no SET, no temporary tables, no session-level locks.
        connection.NoResetOnClose = true;
        // In metrics, instead of the connection string.
        builder.Name = "AuthServer";
        builder.UseLoggerFactory(loggers);
        return builder.BuildWritable();
    }
}
