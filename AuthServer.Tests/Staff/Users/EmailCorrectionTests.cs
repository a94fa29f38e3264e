using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

public sealed class EmailCorrectionTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Why = "Mistyped; identity card seen.";

    [Fact]
    [Trait("ASVS", "6.4.3")]
    public async Task An_address_changes_when_the_new_mailbox_is_confirmed_and_the_old_one_is_told()
    {
        var (person, wished) = (await server.Api.RegisterAsync(), Api.NewEmail());
        await server.ProveMailboxAsync(person);
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await CorrectAsync(admin, person.UserId, wished)).ShouldBeAsync(202);
        var meanwhile = await EmailAsync(person.UserId);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wished);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token })).ShouldBeAsync(204);

        (meanwhile, await EmailAsync(person.UserId)).Should().Be((person.Email, wished));
        (await server.MailsAsync(MailKinds.EmailChangeRequested, person.Email)).Should().ContainSingle().Which.Text.Should()
            .Contain(wished[..1] + "•••");
        (await server.MailsAsync(MailKinds.EmailChanged, person.Email)).Should().ContainSingle();
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await server.Api.LoginAsync(wished);
        (await server.Database.QueryAsync<string>(
            "SELECT actor_id || '|' || detail FROM audit_events WHERE type = 'user.email_corrected' AND subject_id = @id",
            ("id", person.UserId))).Should().Be($"{admin.UserId}|{Why}");
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token })).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
    }

    [Fact]
    public async Task Whoever_has_to_reset_the_password_and_has_lost_the_mailbox_can_do_both()
    {
        var (person, wished) = (await server.Api.RegisterAsync(), Api.NewEmail());
        await server.ProveMailboxAsync(person);
        await server.Database.ExecuteAsync("UPDATE users SET must_reset_password = true WHERE id = @id", ("id", person.UserId));

        await (await CorrectAsync(await server.SignInAsAsync(Role.Admin), person.UserId, wished)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wished);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token })).ShouldBeAsync(204);
        await server.Api.PostAsync("auth/password/reset/request", new { email = wished });

        (await server.MailsAsync(MailKinds.ResetPassword, wished)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    [InlineData(Role.Physician)]
    [Trait("ASVS", "8.2.1")]
    public async Task Of_staff_the_password_is_needed_too_so_that_no_administrator_takes_over_another(string role)
    {
        var (colleague, wished) = (await server.SignInAsAsync(role), Api.NewEmail());

        await (await CorrectAsync(await server.SignInAsAsync(Role.Admin), colleague.UserId, wished)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wished);

        await (await server.Api.PostAsync("auth/email/change/confirm", new { token })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        (await EmailAsync(colleague.UserId)).Should().Be(colleague.Email);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password })).ShouldBeAsync(204);
    }

    [Theory]
    [InlineData("becomes an administrator")]
    [InlineData("becomes a physician at the clinic")]
    [InlineData("joins another clinic")]
    [Trait("ASVS", "8.2.1")]
    public async Task A_correction_is_not_vouched_for_any_more_when_the_account_has_got_power_or_another_clinic(string change)
    {
        var (person, wished) = (await server.SignInAtAsync(Role.Patient, await server.OpenClinicAsync()), Api.NewEmail());
        await (await CorrectAsync(await server.SignInAsAsync(Role.Admin), person.UserId, wished)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wished);

        await (change switch
        {
            "becomes an administrator" => server.Database.ExecuteAsync(
                "INSERT INTO user_roles (user_id, role_id) SELECT @id, id FROM roles WHERE name = 'admin'", ("id", person.UserId)),
            "joins another clinic" => server.JoinAsync(person.UserId, await server.OpenClinicAsync(), Role.Patient),
            _ => server.JoinAsync(person.UserId, await server.OpenClinicAsync(), Role.Physician),
        });

        await (await server.Api.PostAsync("auth/email/change/confirm", new { token })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        (await EmailAsync(person.UserId)).Should().Be(person.Email);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password })).ShouldBeAsync(204);
    }

    [Fact]
    [Trait("ASVS", "6.4.3")]
    public async Task A_wish_of_somebody_elses_is_not_vouched_for_by_a_former_correction()
    {
        var (person, stranger) = (await server.Api.RegisterAsync(), Api.NewEmail());
        await (await CorrectAsync(await server.SignInAsAsync(Role.Admin), person.UserId, Api.NewEmail())).ShouldBeAsync(202);

        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = stranger, current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, stranger);

        await (await server.Api.PostAsync("auth/email/change/confirm", new { token })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task An_invitation_goes_to_the_right_address_and_the_link_in_the_wrong_mailbox_is_dead()
    {
        var (wrong, right, admin) = (Api.NewEmail(), Api.NewEmail(), await server.SignInAsAsync(Role.Admin));
        var invited = await (await server.Api.PostAsync("users", new { email = wrong }, admin.AccessToken)).ShouldBeAsync(201);
        var stray = await server.MailedTokenAsync(MailKinds.Invitation, wrong);

        var record = await (await CorrectAsync(admin, invited["id"]!.GetValue<Guid>(), right)).ShouldBeAsync(202);

        (record["email"]!.GetValue<string>(), record["status"]!.GetValue<string>()).Should().Be((right, "invited"));
        await (await AcceptAsync(stray)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await (await AcceptAsync(await server.MailedTokenAsync(MailKinds.Invitation, right))).ShouldBeAsync(204);
        await server.Api.LoginAsync(right, "a password of my own");
    }

    [Fact]
    public async Task An_invitation_is_not_sent_to_an_address_that_has_an_account()
    {
        var (taken, admin) = (await server.Api.RegisterAsync(), await server.SignInAsAsync(Role.Admin));
        var invited = await (await server.Api.PostAsync("users", new { email = Api.NewEmail() }, admin.AccessToken)).ShouldBeAsync(201);

        await (await CorrectAsync(admin, invited["id"]!.GetValue<Guid>(), taken.Email)).ShouldBeProblemAsync(ErrorCodes.EmailTaken);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Staff_correct_only_the_addresses_of_those_whose_accounts_are_theirs()
    {
        var (clinic, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var (admin, support) = (await server.SignInAtAsync(Role.Admin, clinic), await server.SignInAtAsync(Role.Support, clinic));
        var (own, shared) = (await server.SignInAtAsync(Role.Patient, clinic), await server.SignInAtAsync(Role.Patient, clinic, other));
        var hidden = await server.SignInAtAsync(Role.Patient, other);

        await (await CorrectAsync(admin, own.UserId, Api.NewEmail())).ShouldBeAsync(202);
        await (await CorrectAsync(admin, shared.UserId, Api.NewEmail())).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
        await (await CorrectAsync(admin, hidden.UserId, Api.NewEmail())).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await CorrectAsync(admin, admin.UserId, Api.NewEmail())).ShouldBeProblemAsync(ErrorCodes.OwnAccount);
        await (await CorrectAsync(support, own.UserId, Api.NewEmail())).ShouldBeProblemAsync(ErrorCodes.Forbidden);
    }

    [Theory]
    [InlineData("dana", Why, "email")]
    [InlineData("dana@example.com", null, "reason")]
    [InlineData("dana@example.com", "x", "reason")]
    [InlineData("dana@example.com", "\u202Ereason", "reason")]
    public async Task An_address_and_a_reason_are_needed(string email, string? reason, string field)
    {
        var person = await server.Api.RegisterAsync();

        var problem = await (await server.Api.PostAsync(
            $"users/{person.UserId}/email", new { email, reason }, (await server.SignInAsAsync(Role.Admin)).AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    private Task<HttpResponseMessage> CorrectAsync(SignedIn staff, Guid person, string email) =>
        server.Api.PostAsync($"users/{person}/email", new { email, reason = Why }, staff.AccessToken);

    private Task<HttpResponseMessage> AcceptAsync(string token) =>
        server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = "a password of my own" });

    private Task<string> EmailAsync(Guid person) =>
        server.Database.QueryAsync<string>("SELECT email FROM users WHERE id = @id", ("id", person));
}
