using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Strangers fail under somebody's name on purpose, with time standing still.</summary>
public sealed class LockedOutOwnerTests(LockedOutOwnerTests.Server server) : IClassFixture<LockedOutOwnerTests.Server>
{
    [Theory]
    [InlineData("198.18.250.1", "198.18.250.1")]
    [InlineData("2001:db8:7:7::1", "2001:db8:7:7:ffff::9")]
    [Trait("ASVS", "6.3.1")]
    public async Task Where_the_owner_signed_in_lately_strangers_cannot_lock_them_out(string then, string now)
    {
        var person = await server.Api.RegisterAsync();
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, then, Api.Password));

        await FailFromAnywhereAsync(person.Email, 20);

        await (await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, now, Api.Password));
        // The owner has ended the lock for everybody, but not the number of locks: the next is longer.
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
        await FailFromAnywhereAsync(person.Email, 20);
        (await server.SignInAsync(person.Email, ProxiedServer.NewAddress())).Headers.RetryAfter!.Delta.Should()
            .Be(TimeSpan.FromMinutes(15));
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Where_the_owner_signed_in_five_failures_still_lock_the_name()
    {
        var (person, home) = await AtHomeAsync();
        await FailFromAnywhereAsync(person.Email, 20);

        (await server.FailAsync(person.Email, home, 5)).Should().AllBeEquivalentTo(401);

        await (await server.SignInAsync(person.Email, home, Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Fact]
    public async Task A_network_is_known_for_a_month()
    {
        var (person, home) = await AtHomeAsync();
        server.Clock.Advance(SignInThrottle.Remembered);
        await FailFromAnywhereAsync(person.Email, 20);

        await (await server.SignInAsync(person.Email, home, Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Fact]
    public async Task A_session_that_the_owner_has_disowned_makes_no_network_known()
    {
        var (person, home) = await AtHomeAsync();
        await (await server.Api.PostAsync("auth/logout-all", null, person.AccessToken)).ShouldBeAsync(204);
        await FailFromAnywhereAsync(person.Email, 20);

        await (await server.SignInAsync(person.Email, home, Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("ASVS", "6.3.1")]
    public async Task After_a_hundred_failures_in_a_row_a_stranger_waits_for_a_day_whether_or_not_there_is_an_account(bool isKnown)
    {
        var name = isKnown ? (await server.Api.RegisterAsync()).Email : Api.NewEmail();
        await FailSlowlyAsync(name, 99);
        (await server.FailAsync(name, ProxiedServer.NewAddress(), 2)).Should().Equal(401, 429);

        server.Clock.Advance(TimeSpan.FromHours(23));
        var refused = await server.SignInAsync(name, ProxiedServer.NewAddress(), Api.Password);

        await refused.ShouldBeProblemAsync(ErrorCodes.LockedOut);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromHours(1));
        server.Clock.Advance(TimeSpan.FromHours(1));
        ((int)(await server.SignInAsync(name, ProxiedServer.NewAddress(), Api.Password)).StatusCode).Should().Be(isKnown ? 200 : 401);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task After_that_day_the_next_failure_locks_for_another()
    {
        var name = Api.NewEmail();
        await FailSlowlyAsync(name, 100);
        server.Clock.Advance(TimeSpan.FromDays(1));

        (await server.FailAsync(name, ProxiedServer.NewAddress(), 1)).Should().Equal(401);

        (await server.SignInAsync(name, ProxiedServer.NewAddress())).Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromDays(1));
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task An_owner_who_signs_in_at_home_ends_the_siege_everywhere()
    {
        var (person, home) = await AtHomeAsync();
        await FailSlowlyAsync(person.Email, 100);
        await (await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);

        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, home, Api.Password));

        (await server.FailAsync(person.Email, ProxiedServer.NewAddress(), 3)).Should().AllBeEquivalentTo(401);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_mail_says_so_and_its_link_lifts_the_lock()
    {
        var (person, _) = await AtHomeAsync();
        await server.ProveMailboxAsync(person);
        await FailSlowlyAsync(person.Email, 100);

        var mail = (await server.MailsAsync(MailKinds.AccountLocked, person.Email))[^1];
        mail.Text.Should().Contain("Sign in once from such a place, or set a new password");
        await (await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);

        const string Another = "another long phrase of mine";
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);
        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = Another })).ShouldBeAsync(204);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Another));
    }

    [Fact]
    public async Task A_correct_password_begins_the_row_again()
    {
        var (person, home) = await AtHomeAsync();
        await FailSlowlyAsync(person.Email, 99);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, home, Api.Password));

        (await server.FailAsync(person.Email, ProxiedServer.NewAddress(), 2)).Should().Equal(401, 401);
    }

    private async Task<(SignedIn Person, string Home)> AtHomeAsync()
    {
        var home = ProxiedServer.NewAddress();
        var person = await server.Api.RegisterAsync();
        return (await SignedIn.ReadAsync(await server.SignInAsync(person.Email, home, Api.Password)), home);
    }

    private async Task FailFromAnywhereAsync(string name, int times)
    {
        for (var failed = 0; failed < times; failed += 4)
        {
            (await server.FailAsync(name, ProxiedServer.NewAddress(), Math.Min(4, times - failed))).Should().AllBeEquivalentTo(401);
        }
    }

    // So slowly that no lock of the ordinary kind is set.
    private async Task FailSlowlyAsync(string name, int times)
    {
        for (var failed = 0; failed < times; failed += 10)
        {
            await FailFromAnywhereAsync(name, Math.Min(10, times - failed));
            server.Clock.Advance(TimeSpan.FromMinutes(15));
        }
    }

    public sealed class Server : ProxiedServer
    {
        public Server() => Clock.Stop();
    }
}
