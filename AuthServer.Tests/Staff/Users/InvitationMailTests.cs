using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

public sealed class InvitationMailTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    [Trait("ASVS", "6.4.1")]
    public async Task Whoever_is_invited_sets_the_first_password_within_three_days()
    {
        var email = await InviteAsync();
        var mail = (await server.MailsAsync(MailKinds.Invitation, email)).Should().ContainSingle().Subject;
        var token = Mailbox.TokenIn(mail);
        server.Clock.Advance(TimeSpan.FromHours(72) - TimeSpan.FromSeconds(1));

        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = Api.Password })).ShouldBeAsync(204);

        (await server.Api.LoginAsync(email)).User!["email_verified"]!.GetValue<bool>().Should().BeTrue();
        (await server.MailsAsync(MailKinds.Invitation, email)).Should().BeEmpty("there is a password now");
    }

    [Fact]
    [Trait("ASVS", "6.4.1")]
    public async Task After_three_days_an_invitation_is_of_no_use()
    {
        var token = await server.MailedTokenAsync(MailKinds.Invitation, await InviteAsync());
        server.Clock.Advance(TimeSpan.FromHours(72));

        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    public async Task An_invitation_says_which_clinic_it_comes_from_and_who_sent_it_unless_the_name_is_an_address()
    {
        var clinic = await server.OpenClinicAsync(name: "North Clinic");
        var admin = await server.SignInAtAsync("admin", clinic);
        foreach (var (name, words) in new[] { ("Rosa Levi", "Rosa Levi of North Clinic"), ("www.evil.example", "North Clinic") })
        {
            var email = Api.NewEmail();
            await server.Database.ExecuteAsync(
                "UPDATE users SET full_name = @name WHERE id = @id", ("name", name), ("id", admin.UserId));
            await (await server.Api.PostAsync("users", new { email }, admin.AccessToken)).ShouldBeAsync(201);

            (await server.MailsAsync(MailKinds.Invitation, email)).Single().Text.Should().StartWith($"{words} made an account for you");
        }
    }

    // As an invitation leaves it: an account without a password, and the mail.
    private async Task<string> InviteAsync()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync(
            "UPDATE users SET password_hash = NULL, invited_at = now() WHERE id = @id", ("id", person.UserId));
        await server.Database.ExecuteAsync(
            OutboxInsert.Sql($"'{MailKinds.Invitation}'", address: "@address", user: "@id", language: "'en'"),
            ("id", person.UserId), ("address", person.Email), ("now", server.Clock.GetUtcNow()));
        return person.Email;
    }
}
