using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// The real application on a real port with its own database, as it would run in production. Two things differ unless a test
/// overrides them: hashes are cheap, and the limits by address are very high, because all tests come from one address.
/// </summary>
public class TestServer : IAsyncLifetime
{
    private readonly List<Application> _replicas = [];

    public TestDatabase Database { get; private set; } = null!;

    public TestClock Clock { get; } = new();

    public LogCapture Logs { get; } = new();

    public Api Api { get; private set; } = null!;

    public IServiceProvider Services => ServicesOf(0);

    /// <summary>Settings in addition to the defaults; to be changed in a derived fixture's constructor.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Secrets:Key"] = "a root secret of the tests, long enough",
        ["Server:PublicUrl"] = "http://localhost",
        ["RateLimits:FailedSignInsPerMinute"] = "1000000",
        ["RateLimits:RegistrationsPerHour"] = "1000000",
        ["RateLimits:RefusedRefreshesPerMinute"] = "1000000",
        ["RateLimits:MailRequestsPerHour"] = "1000000",
        ["RateLimits:RefusedLinksPerMinute"] = "1000000",
        ["RateLimits:InvitationsPerHour"] = "1000000",
        ["RateLimits:RefusedApiKeysPerMinute"] = "1000000",
        ["RateLimits:TakenNamesPerHour"] = "1000000",
        ["RateLimits:CorrectPasswordsPerTenMinutes"] = "1000000",
        ["RateLimits:CorrectPasswordsOfOneAccountPerTenMinutes"] = "1000000",
        ["RateLimits:WritesOfOneAccountPerMinute"] = "1000000",
        ["RateLimits:WritesOfOneAccountPerHour"] = "1000000",
        ["Database:MaxConnections"] = "12",
        ["Registration:Mode"] = "Immediate",
        ["Email:Folder"] = Path.Combine(Path.GetTempPath(), $"authserver-mail-{Guid.NewGuid():N}"),
    };

    /// <summary>Whether hashes are cheap, or cost what they do in production.</summary>
    protected virtual bool HashesAreCheap => true;

    protected virtual string EnvironmentName => "Production";

    public virtual async Task InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        Api = StartReplica();
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await Database.DisposeAsync();
        if (Directory.Exists(Settings["Email:Folder"]))
        {
            Directory.Delete(Settings["Email:Folder"], recursive: true);
        }
    }

    /// <summary>The number of servers started.</summary>
    public int Replicas => _replicas.Count;

    /// <summary>The services of a server, in the order of starting.</summary>
    public IServiceProvider ServicesOf(int replica) => _replicas[replica].Services;

    /// <summary>Starts another server on the same database.</summary>
    public Api StartReplica()
    {
        var replica = new Application(this);
        _replicas.Add(replica);
        replica.UseKestrel(0);
        replica.StartServer();
        return new(replica.CreateClient());
    }

    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    private sealed class Application(TestServer server) : WebApplicationFactory<AuthDbContext>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment(server.EnvironmentName);
            builder.UseSetting("Database:Url", server.Database.ServerConnection);
            foreach (var (key, value) in server.Settings)
            {
                builder.UseSetting(key, value);
            }

            builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(server.Logs));
            builder.ConfigureTestServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton<TimeProvider>(server.Clock));
                if (server.HashesAreCheap)
                {
                    services.Replace(ServiceDescriptor.Singleton(new Argon2Cost(MemoryKiB: 64, Passes: 1)));
                    services.PostConfigure<PasswordHasherOptions>(options => options.IterationCount = 1000);
                }

                server.ConfigureServices(services);
            });
        }
    }
}
