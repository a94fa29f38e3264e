using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

public sealed class ResetAssistanceTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task Support_has_a_link_mailed_to_a_patient_and_it_sets_the_password()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        var answer = await (await server.AskForResetAsync(support, person, "Forgot it")).ShouldBeAsync(202);

        answer.ToJsonString().Should().Be("""{"status":"sent","id":null,"expires_at":null}""");
        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, person.Email);
        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token, new_password = "a longer phrase of mine" })).ShouldBeAsync(204);
        (await server.Api.LoginAsync(person.Email, "a longer phrase of mine")).UserId.Should().Be(person.UserId);
        (await server.Database.QueryAsync<string>(
            "SELECT reason || ': ' || detail FROM audit_events WHERE type = 'password_reset.requested_by_staff' AND subject_id = @id AND "
                + "actor_id = @actor",
            ("id", person.UserId), ("actor", support.UserId))).Should().Be("sent: Forgot it");
    }

    [Theory]
    [InlineData(Role.Patient)]
    [InlineData(Role.Physician)]
    [InlineData(Role.Support)]
    [InlineData(Role.Admin)]
    public async Task An_administrator_needs_neither_a_second_person_nor_a_reason(string role)
    {
        var (admin, person) = (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(role));

        var answer =
            await (await server.Api.PostAsync($"users/{person.UserId}/password-reset", null, admin.AccessToken)).ShouldBeAsync(202);

        answer["status"]!.GetValue<string>().Should().Be("sent");
        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(1);
    }

    [Theory]
    [InlineData(Role.Physician)]
    [InlineData(Role.Admin)]
    [Trait("ASVS", "8.2.1")]
    public async Task For_physicians_and_administrators_what_support_asks_for_waits_and_the_person_is_told(string role)
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(role));
        await server.Database.ExecuteAsync("UPDATE users SET locale = 'he' WHERE id = @id", ("id", person.UserId));

        var answer = await (await server.AskForResetAsync(support, person)).ShouldBeAsync(202);

        answer["status"]!.GetValue<string>().Should().Be("awaiting_approval");
        answer["expires_at"]!.GetValue<DateTimeOffset>().Should().Be(server.Clock.GetUtcNow().AddHours(1));
        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
        var told = (await server.MailsAsync(MailKinds.ResetAskedByStaff, person.Email)).Should().ContainSingle().Subject;
        told.To.Should().Be(person.Email);
        told.Language.Should().Be("he");
        told.Text.Should().NotContain("token=").And.NotContain("New phone");
    }

    [Theory]
    [InlineData(Role.Physician)]
    [InlineData(Role.Admin)]
    [Trait("ASVS", "8.2.1")]
    public async Task What_somebody_is_at_one_tenant_counts_everywhere(string role)
    {
        var support = await server.SignInAsAsync(Role.Support);
        var person = await server.SignInAtAsync((await server.OpenClinicAsync()).Id, role);

        await server.AwaitApprovalAsync(support, person);

        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
    }

    [Fact]
    public async Task Asking_again_answers_the_request_there_is_and_sends_no_second_mail()
    {
        var (support, colleague, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Support),
            await server.SignInAsAsync(Role.Physician));

        var first = await server.AwaitApprovalAsync(support, person);
        var atOnce = await server.AwaitApprovalAsync(support, person);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        var later = await server.AwaitApprovalAsync(colleague, person);

        new[] { atOnce, later }.Should().AllBeEquivalentTo(first);
        (await server.OwedAsync(MailKinds.ResetAskedByStaff, person)).Should().Be(1);
        (await server.AuditedAsync("password_reset.requested_by_staff", person)).Should().Be(1);
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_request_and_one_mail_come()
    {
        var (support, colleague, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Support),
            await server.SignInAsAsync(Role.Admin));

        var ids =
            await Task.WhenAll(
                Enumerable.Range(0, 8).Select(turn => server.AwaitApprovalAsync(turn % 2 == 0 ? support : colleague, person)));

        ids.Distinct().Should().ContainSingle();
        (await server.OwedAsync(MailKinds.ResetAskedByStaff, person)).Should().Be(1);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM assisted_resets WHERE user_id = @id", ("id", person.UserId))).Should()
            .Be(1);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_has_no_link_sent_to_support_and_the_attempt_is_on_record()
    {
        var (support, colleague) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Support));

        foreach (var person in new[] { colleague, support, await server.SignInAtAsync((await server.OpenClinicAsync()).Id, Role.Support) })
        {
            await (await server.AskForResetAsync(support, person)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
            (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
            (await server.OwedAsync(MailKinds.ResetAskedByStaff, person)).Should().Be(0);
            (await server.AuditedAsync("staff.refused", person, "failure")).Should().Be(1);
        }
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Support_of_a_tenant_asks_for_its_own_people_and_not_for_the_platforms_staff()
    {
        var (clinic, other) = ((await server.OpenClinicAsync()).Id, (await server.OpenClinicAsync()).Id);
        var support = await server.SignInAtAsync(clinic, Role.Support);
        var (patient, physician, stranger, platform) =
            (await server.SignInAtAsync(clinic, Role.Patient), await server.SignInAtAsync(clinic, Role.Physician),
                await server.SignInAtAsync(other, Role.Patient), await server.SignInAsAsync(Role.Admin));
        await server.JoinAsync(platform.UserId, clinic, Role.Patient);

        (await (await server.AskForResetAsync(support, patient)).ShouldBeAsync(202))["status"]!.GetValue<string>().Should().Be("sent");
        await server.AwaitApprovalAsync(support, physician);
        await (await server.AskForResetAsync(support, stranger)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.AskForResetAsync(support, platform)).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
        await (await server.AskForResetAsync(await server.SignInAtAsync(clinic, Role.Admin), platform)).ShouldBeProblemAsync(
            ErrorCodes.BeyondTenant);
        (await (await server.AskForResetAsync(await server.SignInAtAsync(clinic, Role.Admin), physician)).ShouldBeAsync(202))["status"]!
            .GetValue<string>()
            .Should()
            .Be("sent");
        (await server.OwedAsync(MailKinds.ResetPassword, stranger)).Should().Be(0);
        (await server.OwedAsync(MailKinds.ResetPassword, platform)).Should().Be(0);
    }

    public static TheoryData<string> UnfitReasons => OpeningTests.UnfitReasons;

    [Theory]
    [MemberData(nameof(UnfitReasons))]
    public async Task Support_says_why_or_nothing_is_sent(string body)
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        var response = await server.Api.PostAsync($"users/{person.UserId}/password-reset", body, support.AccessToken);

        ((int)response.StatusCode).Should().Be(400);
        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
    }

    [Fact]
    public async Task A_body_that_is_left_out_gives_no_reason()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        var problem =
            await (await server.Api.PostAsync($"users/{person.UserId}/password-reset", null, support.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("reason");
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_mail_that_the_limit_swallows_is_not_called_sent()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email });
        server.Clock.Advance(TimeSpan.FromSeconds(15));

        var response = await server.AskForResetAsync(support, person);

        await response.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(45));
        (await server.AuditedAsync("password_reset.requested_by_staff", person)).Should().Be(0);
    }

    [Fact]
    public async Task Nothing_is_sent_to_who_is_switched_off()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", person.UserId));

        await (await server.AskForResetAsync(support, person)).ShouldBeProblemAsync(ErrorCodes.AccountDisabled);
    }
}
