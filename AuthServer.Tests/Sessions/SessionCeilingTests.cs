using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

/// <summary>Three live sessions for each person, two replicas.</summary>
public sealed class SessionCeilingTests(SessionCeilingTests.Server server) : IClassFixture<SessionCeilingTests.Server>
{
    [Fact]
    [Trait("ASVS", "7.1.2")]
    public async Task One_session_too_many_ends_the_one_that_was_not_used_for_longest()
    {
        var first = await server.Api.RegisterAsync();
        var second = await SignInAsync(first);
        var third = await SignInAsync(first);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        first = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));

        var fourth = await SignInAsync(third);

        await (await server.Api.GetAsync("auth/me", second.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(second.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await Eventually.TrueAsync(
            async () => (int)(await server.Other.GetAsync("auth/me", second.AccessToken)).StatusCode == 401, "a refusal on both replicas");
        foreach (var live in new[] { first, third, fourth })
        {
            await (await server.Api.GetAsync("auth/me", live.AccessToken)).ShouldBeAsync(200);
            await SignedIn.ReadAsync(await server.Api.RefreshAsync(live.RefreshToken));
        }

        (await server.Database.QueryAsync<string>(
            "SELECT type || ' ' || reason FROM audit_events WHERE session_id = @id AND type = 'session.ended'",
            ("id", second.SessionId))).Should().Be("session.ended too_many_sessions");
    }

    [Fact]
    public async Task Of_many_sign_ins_at_once_no_more_sessions_are_left_than_allowed()
    {
        var person = await server.Api.RegisterAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SignInAsync(person)));

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM sessions WHERE user_id = @id AND revoked_at IS NULL", ("id", person.UserId))).Should().Be(3);
    }

    [Fact]
    public async Task Sessions_that_have_ended_or_rested_too_long_take_no_place()
    {
        var person = await server.Api.RegisterAsync();
        await SignInAsync(person);
        await SignInAsync(person);
        server.Clock.Advance(TimeSpan.FromDays(31));

        await SignInAsync(person);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM sessions WHERE user_id = @id AND revoked_at IS NOT NULL", ("id", person.UserId))).Should().Be(0);
    }

    private Task<SignedIn> SignInAsync(SignedIn person)
    {
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        return server.Api.LoginAsync(person.Email);
    }

    public sealed class Server : TestServer
    {
        public Server()
        {
            Settings["Sessions:MaxPerUser"] = "3";
            Clock.Stop();
        }

        public Api Other { get; private set; } = null!;

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            Other = StartReplica();
        }
    }
}
