using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>One hash at a time and fifteen that wait, for several networks behind a proxy.</summary>
public sealed class FairHashingTests(FairHashingTests.Server server) : IClassFixture<FairHashingTests.Server>
{
    [Theory]
    [InlineData("auth/login")]
    [InlineData("auth/register")]
    [Trait("ASVS", "2.4.1")]
    public async Task A_crowd_from_one_network_delays_nobody_else_by_more_than_two_hashes(string route)
    {
        var person = await server.Api.RegisterAsync();
        var crowd = ProxiedServer.NewAddress();
        var served = 0;
        var requests = Enumerable.Range(0, 32).Select(async _ =>
        {
            var answer = await server.PostFromAsync(
                crowd, route, new { email = Api.NewEmail(), password = "not the password at all" });
            Interlocked.Add(ref served, (int)answer.StatusCode == 503 ? 0 : 1);
            return (int)answer.StatusCode;
        }).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref served) > 0, "the crowd is being served");

        var before = Volatile.Read(ref served);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));

        (Volatile.Read(ref served) - before).Should().BeLessThanOrEqualTo(2);
        (await Task.WhenAll(requests)).Should().Contain(503, "one network holds a quarter of the slots");
    }

    public sealed class Server() : SlowHashServer(waiting: 15);
}
