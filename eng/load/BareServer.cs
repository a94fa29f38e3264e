using System.Text.Json;
using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.Refresh;
using Npgsql;

namespace AuthServer.Load;

/// <summary>What the client of the bare rotation has to know of a session.</summary>
internal sealed record BareRotation(Guid SessionId, int Generation);

/// <summary>What the statement answers, without a token made of it.</summary>
internal sealed record BareRotated(Guid UserId, int TokenVersion, bool EmailVerified, int Generation);

/// <summary>
/// The least that can be done on Kestrel and Npgsql for the same answer: the very statements of the server, without
/// authentication, tokens, limits, headers or logging. What ours costs beyond this is what ours costs.
/// </summary>
internal static class BareServer
{
    private static readonly VerifyResponse Verified =
        new(true, Guid.CreateVersion7(), Guid.CreateVersion7(), ["patient"], null, 2_000_000_000, null);

    public static async Task RunAsync(string url, string databaseUrl)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton(_ => Connect(databaseUrl));
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, BareJson.Default);
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, SessionsJson.Default);
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, AccountsJson.Default);
        });
        var app = builder.Build();
        app.MapGet("/ready", () => Results.Ok());
        app.MapGet("/me/{id:guid}", MeAsync);
        app.MapPost("/refresh", RefreshAsync);
        app.MapPost("/verify", () => TypedResults.Ok(Verified));
        await app.RunAsync();
    }

    private static NpgsqlDataSource Connect(string databaseUrl)
    {
        var connection = DatabaseUrl.Parse(databaseUrl)!;
        (connection.MaxPoolSize, connection.MaxAutoPrepare, connection.AutoPrepareMinUsages, connection.NoResetOnClose) =
            (new DatabaseSettings().EffectiveMaxConnections, 40, 2, true);
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
    }

    private static async Task<IResult> MeAsync(Guid id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UserViewQuery.Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("user_id", id));
        command.Parameters.Add(new NpgsqlParameter<DateOnly>("today", DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? TypedResults.Ok(UserViewQuery.Read(new(row), tenantId: null))
            : TypedResults.NotFound();
    }

    private static async Task<IResult> RefreshAsync(
        BareRotation rotation, HttpContext context, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var command = database.CreateCommand(RefreshTokenRotation.RotateSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("session_id", rotation.SessionId));
        command.Parameters.Add(new NpgsqlParameter<int>("generation", rotation.Generation));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
        command.Parameters.Add(new NpgsqlParameter<DateOnly>("today", DateOnly.FromDateTime(now.UtcDateTime)));
        command.Parameters.Add(new NpgsqlParameter("ip", context.Connection.RemoteIpAddress));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? TypedResults.Ok(new BareRotated(row.GetGuid(0), row.GetInt32(1), row.GetBoolean(2), rotation.Generation + 1))
            : TypedResults.Conflict();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BareRotation))]
[JsonSerializable(typeof(BareRotated))]
internal sealed partial class BareJson : JsonSerializerContext;
