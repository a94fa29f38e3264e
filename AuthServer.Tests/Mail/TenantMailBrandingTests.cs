using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>Mails to people of a tenant use its name, if it is certain who reads them.</summary>
public sealed class TenantMailBrandingTests(MailingServer server) : IClassFixture<MailingServer>
{
    private const string Own = "AuthServer", Clinic = "מרפאת \"הלב\"";

    [Fact]
    public async Task Mails_that_were_asked_for_by_address_and_those_about_the_account_come_in_the_tenants_name()
    {
        var clinics =
            new[]
            {
                await server.OpenClinicAsync(),
                await server.OpenClinicAsync(new { mail_sender_name = Clinic, locale = "he" }),
                await server.OpenClinicAsync(new { mail_sender_name = "Too late" })
            };
        var person = await server.SignInAtAsync(Role.Patient, clinics);

        await (await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email.ToUpperInvariant() })).ShouldBeAsync(
            202);
        await (await server.Api.PostAsync(
            "auth/password/change", new { current_password = Api.Password, new_password = "another horse battery" },
            person.AccessToken)).ShouldBeAsync(204);

        var mails = await MailsToAsync(person.Email, 2);
        mails.Should().AllSatisfy(mail =>
        {
            ReceivedMail.Decode(mail["From"]).Should().Contain("מרפאת").And.Contain("הלב").And.EndWith("<no-reply@example.com>");
            mail.From.Should().Be("no-reply@example.com");
        });
        // Requested in the browser's language; queued in the tenant's, because the account has none.
        mails.Select(mail => mail["Content-Language"]).Should().BeEquivalentTo("en", "he");
    }

    [Theory]
    [InlineData("unproven")]
    [InlineData("nobody's")]
    [InlineData("suspended")]
    [InlineData("admin")]
    [InlineData("support")]
    public async Task Whoever_is_not_surely_of_the_tenant_or_works_for_the_platform_hears_nothing_of_it(string whose)
    {
        var clinic = await server.OpenClinicAsync(new { mail_sender_name = "Secret Clinic" });
        var person = whose == "nobody's" ? await server.SignInAtAsync(Role.Patient) : await server.SignInAtAsync(Role.Patient, clinic);
        await server.Database.ExecuteAsync(whose switch
        {
            "unproven" => "UPDATE users SET email_confirmed = false WHERE id = @user",
            "suspended" => "UPDATE tenants SET status = 'suspended' WHERE id = @tenant AND @user IS NOT NULL",
            "admin" or "support" =>
                $"INSERT INTO user_roles (user_id, role_id) SELECT @user, id FROM roles WHERE name = '{whose}' AND @tenant IS NOT NULL",
            _ => "SELECT @tenant, @user",
        }, ("user", person.UserId), ("tenant", clinic.Id));

        await server.EnqueueAsync(person.Email);

        (await MailsToAsync(person.Email, 1)).Should().ContainSingle().Which["From"].Should().Contain(Own).And.NotContain("Secret");
    }

    [Fact]
    public async Task An_address_that_is_yet_to_be_proven_hears_nothing_of_the_tenant()
    {
        var person = await server.SignInAtAsync(Role.Patient, await server.OpenClinicAsync(new { mail_sender_name = "Secret Clinic" }));
        var next = Api.NewEmail();

        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = next, current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(202);

        (await MailsToAsync(next, 1)).Should().ContainSingle().Which["From"].Should().Contain(Own).And.NotContain("Secret");
        (await MailsToAsync(person.Email, 1)).Should().ContainSingle().Which["From"].Should().Contain("Secret Clinic");
    }

    private async Task<IReadOnlyList<ReceivedMail>> MailsToAsync(string address, int count)
    {
        IReadOnlyList<ReceivedMail> Found() =>
            [.. server.Sink.Mails.Where(mail => mail.To.Contains(address, StringComparer.OrdinalIgnoreCase))];
        await Eventually.TrueAsync(() => Found().Count >= count, $"{count} mails");
        return Found();
    }
}
