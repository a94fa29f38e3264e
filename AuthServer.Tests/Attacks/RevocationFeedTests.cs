using System.Diagnostics;
using System.Net;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// The access token of an ended session is refused here at once and everywhere within a second, with or without NOTIFY.
/// </summary>
public sealed class RevocationFeedTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task Signing_out_here_is_known_elsewhere_within_a_second()
    {
        await UntilLinesAreUpAsync();
        var person = await servers.Api.RegisterAsync();
        await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);

        await (await servers.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

        await ShouldBeRefusedInTimeAsync(servers.Other, person);
        await ShouldBeRefusedInTimeAsync(servers.Api, person);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_line_that_is_cut_just_before_does_not_delay_it()
    {
        await UntilLinesAreUpAsync();
        var person = await servers.Api.RegisterAsync();
        await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);

        (await CutLinesAsync()).Should().BeGreaterThanOrEqualTo(2);
        await (await servers.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

        await ShouldBeRefusedInTimeAsync(servers.Other, person);
        await ShouldBeRefusedInTimeAsync(servers.Api, person);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task While_the_line_stays_down_the_database_is_asked()
    {
        await UntilLinesAreUpAsync();
        var (person, stranger) = (await servers.Api.RegisterAsync(), await servers.Other.RegisterAsync());
        // From here on no new connection can be opened; the background work of each server uses one, too.
        await Task.WhenAll(
            Enumerable.Range(
                0, 16).Select(number => (number % 2 == 0 ? servers.Api : servers.Other).GetAsync("auth/me", person.AccessToken)));
        await servers.Database.BySuperuserAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS false");
        try
        {
            await CutLinesAsync();
            await UntilAsync(async () => await LineAsync(servers.Other) == "degraded");
            await (await servers.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

            await (await servers.Other.PostAsync("auth/verify", bearer: person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.SessionRevoked);
            await (await servers.Other.PostAsync("auth/verify", bearer: stranger.AccessToken)).ShouldBeAsync(200);
        }
        finally
        {
            await servers.Database.BySuperuserAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS true");
        }

        await UntilLinesAreUpAsync();
        await (await servers.Other.PostAsync("auth/verify", bearer: person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_notice_about_a_person_outdates_older_tokens_and_not_newer_ones()
    {
        await UntilLinesAreUpAsync();
        var person = await servers.Api.RegisterAsync();
        await servers.Database.ExecuteAsync("""
            UPDATE users SET token_version = 2 WHERE id = @id;
            INSERT INTO revocations (user_id, token_version, created_at, expires_at) VALUES (@id, 2, now(), now() + interval '11 minutes');
            SELECT pg_notify('revocations', 'user:' || @id || ':2')
            """, ("id", person.UserId));

        await UntilAsync(
            async () => (await servers.Other.GetAsync("auth/me", person.AccessToken)).StatusCode == HttpStatusCode.Unauthorized);

        await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);
        var refreshed = await SignedIn.ReadAsync(await servers.Other.RefreshAsync(person.RefreshToken));
        await (await servers.Other.GetAsync("auth/me", refreshed.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_replica_that_starts_afterwards_knows_what_was_ended_before()
    {
        var person = await servers.Api.RegisterAsync();
        await (await servers.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

        var late = servers.StartReplica();

        await (await late.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await UntilAsync(async () => await LineAsync(late) == "healthy");
        await (await late.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    public async Task Notices_that_nobody_understands_do_no_harm()
    {
        await servers.Database.ExecuteAsync(
            "SELECT pg_notify('revocations', notice) FROM unnest(ARRAY['', 'x', 'user:', 'user:x:1', "
                + "'user:0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061:-1']) AS notice");
        var person = await servers.Api.RegisterAsync();

        await (await servers.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

        await ShouldBeRefusedInTimeAsync(servers.Other, person);
    }

    private static async Task ShouldBeRefusedInTimeAsync(Api api, SignedIn person)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var askedAfter = clock.Elapsed;
            if ((await api.PostAsync("auth/verify", bearer: person.AccessToken)).StatusCode == HttpStatusCode.Unauthorized)
            {
                return;
            }

            askedAfter.Should().BeLessThan(Promise);
            await Task.Delay(20);
        }
    }

    private async Task<long> CutLinesAsync() => (long)(await servers.Database.BySuperuserAsync(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            + "WHERE datname = '{0}' AND application_name = 'AuthServer listener'"))!;

    private async Task UntilLinesAreUpAsync()
    {
        await UntilAsync(async () => await LineAsync(servers.Api) == "healthy");
        await UntilAsync(async () => await LineAsync(servers.Other) == "healthy");
    }

    private static async Task<string> LineAsync(Api api)
    {
        var health = await (await api.GetAsync("/health/ready")).ReadJsonAsync();
        return health!["checks"]!["revocations"]!["status"]!.GetValue<string>();
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await isSo())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
