using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Limits that hold for one request at a time must hold for simultaneous requests on two replicas as well.</summary>
public sealed class ParallelGuessingTests(ParallelGuessingTests.Replicas server) : IClassFixture<ParallelGuessingTests.Replicas>
{
    [Theory]
    [Trait("ASVS", "6.3.1")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_hundred_parallel_guesses_from_one_network_five_are_evaluated(bool isKnown)
    {
        var attacker = ProxiedServer.NewAddress();
        var name = isKnown ? (await server.Api.RegisterAsync()).Email : Api.NewEmail();

        var statuses = await GuessAsync(200, _ => (name, attacker));

        statuses.Count(status => status == 401).Should().Be(5);
        statuses.Count(status => status == 429).Should().Be(195);
        (await CountAsync("sign_in.failed", "invalid_credentials", attacker)).Should().Be(5);
        (await CountAsync("sign_in.failed", "locked_out", attacker)).Should().Be(195);
        (await CountAsync("sign_in.locked", "invalid_credentials", attacker)).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Of_two_hundred_parallel_guesses_from_as_many_networks_twenty_are_evaluated()
    {
        var person = await server.Api.RegisterAsync();

        var statuses = await GuessAsync(200, _ => (person.Email, ProxiedServer.NewAddress()));

        statuses.Count(status => status == 401).Should().Be(20);
        statuses.Count(status => status == 429).Should().Be(180);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE subject_id = @id AND type = 'sign_in.locked'", ("id", person.UserId))).Should().Be(1);
    }

    [Fact]
    public async Task Twenty_parallel_right_sign_ins_all_succeed()
    {
        var person = await server.Api.RegisterAsync();
        var home = ProxiedServer.NewAddress();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(time =>
            server.SignInAsync(person.Email, home, Api.Password, time % 2 == 0 ? server.Api : server.Other)));

        responses.Select(response => (int)response.StatusCode).Should().AllBeEquivalentTo(200);
        (await server.FailAsync(person.Email, home, 4)).Should().AllBeEquivalentTo(401);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_lock_holds_on_every_replica()
    {
        var person = await server.Api.RegisterAsync();
        var attacker = ProxiedServer.NewAddress();
        await server.FailAsync(person.Email, attacker, 5);

        await (await server.SignInAsync(person.Email, attacker, Api.Password, server.Other)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    private async Task<IReadOnlyList<int>> GuessAsync(int times, Func<int, (string Name, string From)> attempt) =>
        [.. await Task.WhenAll(Enumerable.Range(0, times).Select(async time =>
        {
            var (name, from) = attempt(time);
            return (int)(await server.SignInAsync(
                name, from, $"guess number {time}", time % 2 == 0 ? server.Api : server.Other)).StatusCode;
        }))];

    private Task<long> CountAsync(string type, string reason, string from) => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND reason = @reason AND ip_address = @from::inet", ("type", type), ("reason",
            reason), ("from", from));

    public sealed class Replicas : ProxiedServer
    {
        public Api Other { get; private set; } = null!;

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            Other = StartReplica();
        }
    }
}
