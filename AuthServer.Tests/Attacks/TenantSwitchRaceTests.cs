using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

public sealed class TenantSwitchRaceTests(TwoServers servers) : IClassFixture<TwoServers>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Trait("ASVS", "10.4.5")]
    public async Task Sixteen_switches_and_refreshes_at_once_on_two_replicas_get_one_successor(int round)
    {
        var clinics = new[] { await servers.OpenClinicAsync(), await servers.OpenClinicAsync(), await servers.OpenClinicAsync() };
        var person = await servers.SignInAtAsync(Role.Patient, clinics);

        // Alternating: only switches, and switches mixed with refreshes of the previous token.
        var responses = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => round % 2 == 0 && number % 3 == 0
            ? Replica(number).RefreshAsync(person.RefreshToken)
            : Replica(number).SwitchAsync(person, clinics[number % clinics.Length].Slug)));

        var answers = await Task.WhenAll(responses.Select(SignedIn.ReadAsync));
        answers.Should().OnlyContain(answer => answer.RefreshToken == answers[0].RefreshToken);
        (await servers.Database.QueryAsync<int>("SELECT generation FROM sessions WHERE id = @id", ("id", person.SessionId))).Should().Be(1);
        var next = await SignedIn.ReadAsync(await servers.Other.RefreshAsync(answers[0].RefreshToken));
        next.Claims["tenant"]!
            .GetValue<Guid>()
            .Should()
            .Be(await servers.Database.QueryAsync<Guid>("SELECT tenant_id FROM sessions WHERE id = @id", ("id", person.SessionId)));
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_switch_that_races_with_a_sign_out_leaves_nothing_alive()
    {
        for (var round = 0; round < 10; round++)
        {
            var clinic = await servers.OpenClinicAsync();
            var person = await servers.SignInAtAsync(Role.Patient, clinic);

            var switches = Enumerable
                .Range(0, 4)
                .Select(number => Replica(number).SwitchAsync(person, number % 2 == 0 ? clinic.Slug : null))
                .ToList();
            await (await servers.Other.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204);

            foreach (var response in (await Task.WhenAll(switches)).Where(response => response.IsSuccessStatusCode))
            {
                var successor = await SignedIn.ReadAsync(response);
                ((int)(await servers.Other.GetAsync("auth/me", successor.AccessToken)).StatusCode).Should().Be(401);
                ((int)(await servers.Api.RefreshAsync(successor.RefreshToken)).StatusCode).Should().Be(401);
            }
        }
    }

    private Api Replica(int number) => number % 2 == 0 ? servers.Api : servers.Other;
}
