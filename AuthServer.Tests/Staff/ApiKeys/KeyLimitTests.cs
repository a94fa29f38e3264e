using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.ApiKeys;

/// <summary>The rate limit of a key, and of attempts with invalid keys: 30 a minute by default.</summary>
public sealed class KeyLimitTests(KeyLimitTests.Server server) : IClassFixture<KeyLimitTests.Server>
{
    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_key_and_its_tokens_ask_together_as_often_as_it_was_made_for()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (key, other) = (await server.MakeKeyAsync(admin, new { requests_per_minute = 5 }),
            await server.MakeKeyAsync(admin, new { requests_per_minute = 5 }));
        var token = await server.Api.ExchangeAsync(key.Text);
        var answers = new List<int>();
        for (var time = 0; time < 3; time++)
        {
            answers.Add((int)(await server.Api.GetWithKeyAsync("users", key.Text)).StatusCode);
            answers.Add((int)(await server.Api.GetAsync("users", token)).StatusCode);
        }

        answers.Should().Equal(200, 200, 200, 200, 429, 429);
        var refused = await server.Api.GetAsync("users", token);
        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        await (await server.Api.GetWithKeyAsync("auth/me", key.Text)).ShouldBeProblemAsync(ErrorCodes.RateLimited);
        await (await server.Api.GetWithKeyAsync("users", other.Text)).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await server.Api.GetAsync("users", token)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Of_a_burst_as_many_pass_as_the_limit_says()
    {
        var key = await server.MakeKeyAsync(await server.SignInAsAsync(Role.Admin), new { requests_per_minute = 10 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => server.Api.GetWithKeyAsync("users/stats/count", key.Text)));

        answers.Count(answer => (int)answer.StatusCode == 200).Should().Be(10);
        answers.Count(answer => (int)answer.StatusCode == 429).Should().Be(30);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Thirty_keys_that_are_nobodys_let_a_network_wait_and_no_other()
    {
        var (key, guesser, clinic) = (await server.MakeKeyAsync(), ProxiedServer.NewAddress(), ProxiedServer.NewAddress());
        for (var time = 0; time < 30; time++)
        {
            await (await SendAsync(ApiKeyText.Make(time % 2 == 0 ? key.Id : Guid.CreateVersion7()).Text, guesser)).ShouldBeProblemAsync(
                ErrorCodes.InvalidApiKey);
        }

        var refused = await SendAsync(key.Text, guesser);
        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'api_key.refused' AND subject_id = @key", ("key", key.Id))).Should().Be(15);
        await (await SendAsync(key.Text, clinic)).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await SendAsync(key.Text, guesser)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Keys_that_were_good_and_texts_that_are_none_do_not_count()
    {
        var (key, revoked, clinic) = (await server.MakeKeyAsync(), await server.MakeKeyAsync(), ProxiedServer.NewAddress());
        await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{revoked.Id}", null, revoked.Owner.AccessToken);
        for (var time = 0; time < 20; time++)
        {
            await (await SendAsync(revoked.Text, clinic)).ShouldBeProblemAsync(ErrorCodes.ApiKeyRevoked);
            await (await SendAsync(key.Text[..^1], clinic)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        }

        await (await SendAsync(key.Text, clinic)).ShouldBeAsync(200);
    }

    private Task<HttpResponseMessage> SendAsync(string key, string from) => server.Api.SendAsync(HttpMethod.Get, "users", adjust: request =>
    {
        request.Headers.Add(Keys.Header, key);
        request.Headers.Add("X-Forwarded-For", from);
    });

    public sealed class Server : ProxiedServer
    {
        public Server()
        {
            Settings.Remove("RateLimits:RefusedApiKeysPerMinute");
            Clock.Stop();
        }
    }
}
