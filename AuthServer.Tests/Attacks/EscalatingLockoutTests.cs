using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

public sealed class EscalatingLockoutTests(EscalatingLockoutTests.Server server) : IClassFixture<EscalatingLockoutTests.Server>
{
    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Each_lock_lasts_longer_than_the_one_before()
    {
        var (name, attacker) = (Api.NewEmail(), ProxiedServer.NewAddress());

        foreach (var minutes in new[] { 5, 15, 60, 60 })
        {
            (await LockAsync(name, attacker)).Should().Be(TimeSpan.FromMinutes(minutes));
            server.Clock.Advance(TimeSpan.FromMinutes(minutes));
        }
    }

    [Fact]
    public async Task A_day_without_failures_makes_the_next_lock_a_first_one()
    {
        var (name, attacker) = (Api.NewEmail(), ProxiedServer.NewAddress());
        await LockAsync(name, attacker);
        server.Clock.Advance(TimeSpan.FromMinutes(6));
        (await LockAsync(name, attacker)).Should().Be(TimeSpan.FromMinutes(15));

        server.Clock.Advance(TimeSpan.FromHours(25));

        (await LockAsync(name, attacker)).Should().Be(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_lock_ends_and_the_right_password_signs_in()
    {
        var person = await server.Api.RegisterAsync();
        var home = ProxiedServer.NewAddress();
        await LockAsync(person.Email, home);

        server.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await (await server.SignInAsync(person.Email, home, Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, home, Api.Password));
    }

    [Fact]
    public async Task Failures_that_lie_far_apart_do_not_add_up()
    {
        var (name, home) = (Api.NewEmail(), ProxiedServer.NewAddress());

        for (var round = 0; round < 3; round++)
        {
            (await server.FailAsync(name, home, 4)).Should().AllBeEquivalentTo(401);
            server.Clock.Advance(TimeSpan.FromMinutes(15));
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_lock_for_all_escalates_too()
    {
        var name = Api.NewEmail();

        foreach (var minutes in new[] { 5, 15 })
        {
            for (var attacker = 0; attacker < 5; attacker++)
            {
                await server.FailAsync(name, ProxiedServer.NewAddress(), 4);
            }

            var elsewhere = await server.SignInAsync(name, ProxiedServer.NewAddress());
            elsewhere.Headers.RetryAfter!.Delta!.Value.Should().Be(TimeSpan.FromMinutes(minutes));
            server.Clock.Advance(TimeSpan.FromMinutes(minutes));
        }
    }

    /// <summary>Fails until the name is locked, and returns for how long.</summary>
    private async Task<TimeSpan> LockAsync(string name, string from)
    {
        (await server.FailAsync(name, from, 5)).Should().AllBeEquivalentTo(401);
        var locked = await server.SignInAsync(name, from);
        await locked.ShouldBeProblemAsync(ErrorCodes.LockedOut);
        return locked.Headers.RetryAfter!.Delta!.Value;
    }

    public sealed class Server : ProxiedServer
    {
        public Server() => Clock.Stop();
    }
}
