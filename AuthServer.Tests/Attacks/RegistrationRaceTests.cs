using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// The same registration simultaneously on two replicas: one succeeds, the others are told, and nobody gets a server error.
/// </summary>
public sealed class RegistrationRaceTests(TwoServers server) : IClassFixture<TwoServers>
{
    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_thirty_two_that_register_one_address_in_several_spellings_one_gets_it()
    {
        string[] spellings = ["Racer@Example.com", "racer@example.com", " RACER@EXAMPLE.COM ", "racer@\uFF45xample.com"];

        var responses = await RaceAsync(32, time => new { email = spellings[time % spellings.Length], password = Api.Password });

        await ShouldHaveOneWinnerAsync(responses, ErrorCodes.EmailTaken);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE lower(email) = 'racer@example.com'")).Should().Be(1);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE lower(u.email) = 'racer@example.com'")).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_sixteen_that_register_one_user_name_one_gets_it()
    {
        var responses =
            await RaceAsync(
                16,
                time => new { email = Api.NewEmail(), username = time % 2 == 0 ? "The.Racer" : "the.racer", password = Api.Password });

        await ShouldHaveOneWinnerAsync(responses, ErrorCodes.UsernameTaken);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE lower(user_name) = 'the.racer'")).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_eight_that_take_one_user_name_for_their_profile_one_gets_it()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Api.RegisterAsync()));

        var responses = await Task.WhenAll(people.Select((person, time) =>
            Replica(time).SendAsync(HttpMethod.Patch, "users/me", new { username = "wanted.name" }, person.AccessToken)));

        responses.Count(response => (int)response.StatusCode == 200).Should().Be(1);
        foreach (var refused in responses.Where(response => (int)response.StatusCode != 200))
        {
            await refused.ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        }
    }

    private Api Replica(int time) => time % 2 == 0 ? server.Api : server.Other;

    private Task<HttpResponseMessage[]> RaceAsync(int times, Func<int, object> body) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(time => Replica(time).PostAsync("auth/register", body(time))));

    private static async Task ShouldHaveOneWinnerAsync(IReadOnlyCollection<HttpResponseMessage> responses, ErrorCode forTheOthers)
    {
        responses.Count(response => (int)response.StatusCode == 201).Should().Be(1);
        foreach (var refused in responses.Where(response => (int)response.StatusCode != 201))
        {
            await refused.ShouldBeProblemAsync(forTheOthers);
        }
    }
}
