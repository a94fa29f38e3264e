using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>One hash at a time and one that waits, each at ten times the real cost, so that requests overlap.</summary>
public sealed class HashingGateTests(HashingGateTests.Server server) : IClassFixture<HashingGateTests.Server>
{
    [Fact]
    public async Task What_could_only_wait_is_told_to_come_back_and_the_others_are_served()
    {
        var responses = await StormAsync(Api.NewEmail);

        responses
            .Select(response => (int)response.StatusCode)
            .Should()
            .OnlyContain(status => status == 401 || status == 503).And
            .Contain(401).And
            .Contain(503);
        foreach (var busy in responses.Where(response => (int)response.StatusCode == 503))
        {
            await busy.ShouldBeProblemAsync(ErrorCodes.Busy);
            busy.Headers.RetryAfter!.Delta.Should().BePositive();
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task An_attempt_that_was_turned_away_is_held_against_nobody()
    {
        var responses = await StormAsync(Api.NewEmail);

        responses.Select(response => (int)response.StatusCode).Should().Contain(503);
        (await server.Database.QueryAsync<long>("SELECT sum(failures) FROM sign_in_lockouts WHERE network <> '*'"))
            .Should().Be(
                await server.Database.QueryAsync<long>(
                    "SELECT count(*) FROM audit_events WHERE type = 'sign_in.failed' AND reason = 'invalid_credentials'"));
    }

    [Fact]
    public async Task What_is_turned_away_has_not_asked_the_database()
    {
        const string Names = "SELECT count(DISTINCT identifier) FROM sign_in_lockouts";
        var before = await server.Database.QueryAsync<long>(Names);

        var responses = await StormAsync(Api.NewEmail);

        (await server.Database.QueryAsync<long>(Names) - before).Should().Be(responses.Count(response => (int)response.StatusCode == 401));
    }

    [Fact]
    public async Task A_storm_of_sign_ins_does_not_stop_refresh_and_me()
    {
        var person = await server.Api.RegisterAsync();

        var storm = StormAsync(Api.NewEmail);
        var me = await server.Api.GetAsync("auth/me", person.AccessToken);
        var refreshed = await server.Api.RefreshAsync(person.RefreshToken);
        await storm;

        await me.ShouldBeAsync(200);
        await SignedIn.ReadAsync(refreshed);
    }

    [Fact]
    public async Task A_registration_that_finds_the_gate_full_makes_no_account_and_may_come_again()
    {
        var emails = Enumerable.Range(0, 8).Select(_ => Api.NewEmail()).ToList();

        var responses =
            await Task.WhenAll(emails.Select(email => server.Api.PostAsync("auth/register", new { email, password = Api.Password })));

        var refused = emails[Array.FindIndex(responses, response => (int)response.StatusCode == 503)];
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", refused))).Should().Be(0);
        await server.Api.RegisterAsync(refused);
    }

    private Task<HttpResponseMessage[]> StormAsync(Func<string> name) =>
        Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => server.Api.PostAsync("auth/login", new { email = name(), password = "not the password" })));

    public sealed class Server() : SlowHashServer(waiting: 1);
}
