using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

public sealed class VerificationReminderTests(VerificationReminderTests.Server server) : IClassFixture<VerificationReminderTests.Server>
{
    [Fact]
    public async Task The_person_gets_the_mail_and_its_link_proves_the_mailbox()
    {
        var (support, person) = await PairAsync();

        var response = await RemindAsync(support, person);

        (await response.Content.ReadAsStringAsync()).Should().BeEmpty();
        ((int)response.StatusCode).Should().Be(202);
        var token = await server.MailedTokenAsync(MailKinds.VerifyEmail, person.Email);
        await (await server.Api.PostAsync("auth/email/verification/confirm", new { token, password = Api.Password })).ShouldBeAsync(204);
        (await server.AuditedAsync("user.verification_requested_by_staff", person)).Should().Be(1);
        await (await RemindAsync(support, person)).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task One_mail_too_many_is_refused_and_says_how_long_to_wait()
    {
        var (support, person) = await PairAsync();
        await RemindAsync(support, person);
        server.Clock.Advance(TimeSpan.FromSeconds(20));

        var soon = await RemindAsync(support, person);
        await soon.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        soon.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(40));
        for (var mail = 2; mail <= 5; mail++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(100));
            ((int)(await RemindAsync(support, person)).StatusCode).Should().Be(202);
        }

        server.Clock.Advance(TimeSpan.FromSeconds(100));
        var late = await RemindAsync(support, person);
        await late.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        server.Clock.Advance(late.Headers.RetryAfter!.Delta!.Value - TimeSpan.FromSeconds(1));
        support = await server.Api.LoginAsync(support.Email);
        await (await RemindAsync(support, person)).ShouldBeProblemAsync(ErrorCodes.RateLimited);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        ((int)(await RemindAsync(support, person)).StatusCode).Should().Be(202);
        (await server.AuditedAsync("user.verification_requested_by_staff", person)).Should().Be(6);
    }

    [Fact]
    public async Task Nobody_is_reminded_whose_account_is_off()
    {
        var (support, person) = await PairAsync();
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", person.UserId));

        await (await RemindAsync(support, person)).ShouldBeProblemAsync(ErrorCodes.AccountDisabled);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_reminds_no_staff()
    {
        var (support, _) = await PairAsync();

        await (await RemindAsync(support, await server.SignInAsAsync(Role.Admin))).ShouldBeProblemAsync(ErrorCodes.Forbidden);
    }

    // Registration has sent the first mail, which counts.
    private async Task<(SignedIn Support, SignedIn Person)> PairAsync()
    {
        var person = await server.Api.RegisterAsync();
        server.Clock.Advance(TimeSpan.FromHours(1));
        return (await server.SignInAsAsync(Role.Support), person);
    }

    private Task<HttpResponseMessage> RemindAsync(SignedIn staff, SignedIn person) =>
        server.Api.PostAsync($"users/{person.UserId}/verification", "{}", staff.AccessToken);

    public sealed class Server : StoppedServer;
}
