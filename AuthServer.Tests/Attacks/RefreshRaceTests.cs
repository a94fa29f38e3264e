using System.Net;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

public sealed class RefreshRaceTests(TwoServers servers) : IClassFixture<TwoServers>
{
    [Theory]
    [InlineData(12)]
    [InlineData(64)]
    [Trait("ASVS", "10.4.5")]
    public async Task Many_refreshes_with_one_token_on_two_replicas_get_one_successor(int count)
    {
        var person = await servers.Api.RegisterAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, count).Select(number => Replica(number).RefreshAsync(person.RefreshToken)));

        var answers = await Task.WhenAll(responses.Select(SignedIn.ReadAsync));
        answers.Should().OnlyContain(answer => answer.RefreshToken == answers[0].RefreshToken);
        (await servers.Database.QueryAsync<int>("SELECT generation FROM sessions WHERE id = @id", ("id", person.SessionId))).Should().Be(1);
        await (await servers.Other.RefreshAsync(answers[0].RefreshToken)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_refresh_that_races_with_a_sign_out_leaves_nothing_alive()
    {
        for (var round = 0; round < 15; round++)
        {
            var person = await servers.Api.RegisterAsync();

            var refreshes = Enumerable.Range(0, 4).Select(number => Replica(number).RefreshAsync(person.RefreshToken)).ToList();
            await (await servers.Other.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204);

            foreach (var response in await Task.WhenAll(refreshes))
            {
                if (response.IsSuccessStatusCode)
                {
                    var successor = await SignedIn.ReadAsync(response);
                    (await servers.Other.GetAsync("auth/me", successor.AccessToken)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
                    (await servers.Api.RefreshAsync(successor.RefreshToken)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
                }
            }

            (await servers.Api.RefreshAsync(person.RefreshToken)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    [Trait("ASVS", "16.3.3")]
    public async Task Sixteen_sign_outs_at_once_end_the_session_once()
    {
        var person = await servers.Api.RegisterAsync();

        var responses =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 16).Select(number => Replica(number).PostAsync("auth/logout", new { refresh_token = person.RefreshToken })));

        responses.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.NoContent);
        (await servers.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'session.ended' AND session_id = @id", ("id", person.SessionId))).Should()
                .Be(1);
        (await servers.Database.QueryAsync<long>(
            "SELECT count(*) FROM revocations WHERE session_id = @id", ("id", person.SessionId))).Should().Be(1);
    }

    private Api Replica(int number) => number % 2 == 0 ? servers.Api : servers.Other;
}
