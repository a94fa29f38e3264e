using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

public sealed class ForgedRefreshTokenTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string> Forgeries =>
    [
        "rubbish", "cut by one", "cut in half", "extended", "prefixed", "upper-cased", "lower-cased", "percent-encoded",
            "with white space", "with padding",
        "in standard base64", "not of the alphabet", "last character changed", "next generation", "other session", "other key",
            "other key's id", "zero MAC", "access token", "60 KB", "NUL",
    ];

    [Theory]
    [MemberData(nameof(Forgeries))]
    [Trait("ASVS", "7.2.1")]
    public async Task A_forged_refresh_token_is_refused_and_the_session_lives(string kind)
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.RefreshAsync(Forge(kind, person))).ShouldBeProblemAsync(ErrorCodes.InvalidRefreshToken);

        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(200);
    }

    // All tables are locked, so any query would block.
    [Fact]
    public async Task Forged_refresh_tokens_never_reach_the_database()
    {
        var person = await server.Api.RegisterAsync();
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var locking = connection.CreateCommand();
        locking.CommandText = "DO $$ BEGIN EXECUTE (SELECT 'LOCK TABLE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables "
            + "WHERE schemaname = 'public'); END $$";
        await locking.ExecuteNonQueryAsync();
        var genuine = server.Api.RefreshAsync(person.RefreshToken);
        await UntilSomebodyWaitsAsync();

        foreach (var kind in Forgeries)
        {
            await (await server.Api.RefreshAsync(Forge(kind, person))).ShouldBeProblemAsync(ErrorCodes.InvalidRefreshToken);
        }

        genuine.IsCompleted.Should().BeFalse("the genuine token is looked up, and the table is still locked");
        await transaction.RollbackAsync();
        await (await genuine).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "9.2.2")]
    public async Task A_refresh_token_is_no_access_token()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync("auth/me", person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);

        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(200);
    }

    private static string Forge(string kind, SignedIn person)
    {
        var token = person.RefreshToken;
        var (keyId, otherKey) = (token[4..12], new byte[32]);
        return kind switch
        {
            "rubbish" => "rubbish",
            "cut by one" => token[..^1],
            "cut in half" => token[..(token.Length / 2)],
            "extended" => token + "A",
            "prefixed" => " " + token,
            "upper-cased" => token.ToUpperInvariant(),
            "lower-cased" => token.ToLowerInvariant(),
            "percent-encoded" => token.Replace("_", "%5F", StringComparison.Ordinal),
            "with white space" => token[..^1] + "\n",
            "with padding" => token[..^1] + "=",
            "in standard base64" => token[..^1] + "+",
            "not of the alphabet" => token[..^1] + "é",
            "last character changed" => token[..^1] + (token[^1] == 'A' ? 'B' : 'A'),
            "next generation" => new RefreshToken(person.SessionId, 1).Write(keyId, otherKey)[..40] + token[40..],
            "other session" => new RefreshToken(Guid.CreateVersion7(), 0).Write(keyId, otherKey)[..34] + token[34..],
            "other key" => new RefreshToken(person.SessionId, 0).Write(keyId, otherKey),
            "other key's id" => token[..4] + "00000000" + token[12..],
            "zero MAC" => token[..40] + new string('A', 37),
            "access token" => person.AccessToken,
            "60 KB" => new string('A', 60_000),
            "NUL" => "\0",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private async Task UntilSomebodyWaitsAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        while (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = "
                + "current_database())") == 0)
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
