using System.Net.Http.Json;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>One hash at a time and fifteen that wait, each at ten times the real cost, for several networks behind a proxy.</summary>
public sealed class FairHashingTests(FairHashingTests.Server server, FairHashingTests.StrictServer strict)
    : IClassFixture<FairHashingTests.Server>, IClassFixture<FairHashingTests.StrictServer>
{
    private static readonly TimeSpan InTheMiddleOfAHash = TimeSpan.FromMilliseconds(300);

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
            var answer = await server.SendFromAsync(crowd, route, new { email = Api.NewEmail(), password = "not the password at all" });
            Interlocked.Add(ref served, (int)answer.StatusCode == 503 ? 0 : 1);
            return (int)answer.StatusCode;
        }).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref served) > 0, "the crowd is being served");

        var before = Volatile.Read(ref served);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));

        (Volatile.Read(ref served) - before).Should().BeLessThanOrEqualTo(2);
        (await Task.WhenAll(requests)).Should().Contain(503, "one network holds a quarter of the slots");
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_registration_that_hangs_up_during_its_hash_is_charged_to_its_network()
    {
        var network = ProxiedServer.NewAddress();
        for (var number = 0; number < 10; number++)
        {
            using var hangUp = new CancellationTokenSource(InTheMiddleOfAHash);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/register");
            request.Headers.Add("X-Forwarded-For", network);
            request.Content = JsonContent.Create(new { email = Api.NewEmail(), password = Api.Password });
            try
            {
                await strict.Api.Http.SendAsync(request, hangUp.Token);
            }
            catch (OperationCanceledException)
            {
                // That is the point.
            }
        }

        var next = await strict.SendFromAsync(network, "auth/register", new { email = Api.NewEmail(), password = Api.Password });
        await next.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        var elsewhere = await strict.SendFromAsync(
            ProxiedServer.NewAddress(), "auth/register", new { email = Api.NewEmail(), password = Api.Password });
        await elsewhere.ShouldBeAsync(201);
    }

    public class Server : ProxiedServer
    {
        public Server()
        {
            Settings["Password:ConcurrentHashes"] = "1";
            Settings["Password:QueuedPerHash"] = "15";
            Settings["Password:Argon2MemoryMiB"] = "48";
            Settings["Password:Argon2Passes"] = "8";
        }

        protected override bool HashesAreCheap => false;

        public Task<HttpResponseMessage> SendFromAsync(string network, string route, object body) =>
            Api.PostAsync(route, body, adjust: request => request.Headers.Add("X-Forwarded-For", network));
    }

    public sealed class StrictServer : Server
    {
        public StrictServer() => Settings["RateLimits:RegistrationsPerHour"] = "4";
    }
}
