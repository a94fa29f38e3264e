using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Staff.Users;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.Users;

/// <summary>Whoever gets power is told, and so are the other administrators.</summary>
public sealed class PowerNoticeTests
{
    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task Power_on_the_platform_is_told_to_the_person_and_to_the_other_administrators()
    {
        await using var server = await StartedServer.StartAsync();
        var (actor, colleague) = (await AdminAsync(server), await AdminAsync(server));
        var (person, supporter) = (await PersonAsync(server), await PersonAsync(server));
        await SetAsync(server, actor, supporter, null, "support");
        await ForgetAsync(server);

        await SetAsync(server, actor, person, null, "admin", "patient");

        var told = (await server.MailsAsync(MailKinds.PowerGained, person.Email)).Should().ContainSingle().Subject;
        told.Text.Should().Contain("administrator").And.NotContain("patient");
        (await server.MailsAsync(MailKinds.PowerGiven, colleague.Email)).Should().ContainSingle().Which.Text.Should()
            .Contain(EmailAddress.Mask(person.Email)).And.NotContain(person.Email);
        (await OwedAsync(server)).Should().Be(2, "neither the actor nor support is told");
        var copy = await server.Api.GetAsync("users/me/export", colleague.AccessToken);
        (await copy.Content.ReadAsStringAsync()).Should().Contain("power_given").And.NotContain(person.UserId.ToString());
    }

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task Power_at_a_tenant_is_told_to_its_administrators()
    {
        await using var server = await StartedServer.StartAsync();
        var (clinic, other) = (await server.OpenClinicAsync(name: "North Clinic"), await server.OpenClinicAsync());
        var (actor, person) = (await AdminAsync(server), await PersonAsync(server));
        var (own, _) = (await server.SignInAtAsync(Role.Admin, clinic), await server.SignInAtAsync(Role.Admin, other));

        await SetAsync(server, actor, person, clinic, "admin");

        (await server.MailsAsync(MailKinds.PowerGained, person.Email)).Should().ContainSingle().Which.Text.Should().Contain("North Clinic");
        (await server.MailsAsync(MailKinds.PowerGiven, own.Email)).Should().ContainSingle().Which.Subject.Should().NotContain("North");
        (await OwedAsync(server)).Should().Be(2);
    }

    [Fact]
    public async Task What_gives_no_power_or_is_refused_is_told_to_nobody()
    {
        await using var server = await StartedServer.StartAsync();
        var (actor, _) = (await AdminAsync(server), await AdminAsync(server));
        var (person, unproven) = (await PersonAsync(server), await server.Api.RegisterAsync());
        await SetAsync(server, actor, person, null, "support", "patient");
        await ForgetAsync(server);

        await SetAsync(server, actor, person, null, "support");
        await SetAsync(server, actor, person, null, "patient");
        await (await server.Api.SendAsync(
            HttpMethod.Put, $"users/{unproven.UserId}/roles", """{"roles":["admin"]}""", actor.AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);

        (await OwedAsync(server)).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task An_invitation_is_told_when_it_is_accepted()
    {
        await using var server = await StartedServer.StartAsync();
        var clinic = await server.OpenClinicAsync();
        var (actor, own) = (await AdminAsync(server), await server.SignInAtAsync(Role.Admin, clinic));
        var email = Api.NewEmail();
        await (await server.Api.PostAsync(
            "users", $$"""{"email":"{{email}}","roles":["admin"],"tenant":"{{clinic.Slug}}"}""", actor.AccessToken))
            .ShouldBeAsync(201);
        (await OwedAsync(server)).Should().Be(0);

        var token = await server.MailedTokenAsync(MailKinds.Invitation, email);
        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = Api.Password })).ShouldBeAsync(204);

        (await server.MailsAsync(MailKinds.PowerGained, email)).Should().ContainSingle();
        (await server.MailsAsync(MailKinds.PowerGiven, own.Email)).Should().ContainSingle();
        (await OwedAsync(server)).Should().Be(2);
    }

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task An_administrator_made_at_the_command_line_is_told_to_the_fifty_who_signed_in_last()
    {
        await using var server = await StartedServer.StartAsync();
        var admins = new List<SignedIn>();
        for (var number = 0; number < 52; number++)
        {
            admins.Add(await AdminAsync(server));
            server.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var email = Api.NewEmail();
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AdminCreation>().CreateAsync(
            email, Secret.Of(Api.Password)!, onlyTheFirst: false, CancellationToken.None);

        (await server.MailsAsync(MailKinds.PowerGained, email)).Should().ContainSingle();
        (await server.MailsAsync(MailKinds.PowerGiven, admins[1].Email)).Should().BeEmpty();
        (await server.MailsAsync(MailKinds.PowerGiven, admins[2].Email)).Should().ContainSingle();
        (await OwedAsync(server)).Should().Be(51);
    }

    private static async Task<SignedIn> AdminAsync(TestServer server)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.ProveMailboxAsync(admin);
        return admin;
    }

    private static async Task<SignedIn> PersonAsync(TestServer server)
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        return person;
    }

    private static async Task SetAsync(TestServer server, SignedIn actor, SignedIn person, Clinic? clinic, params string[] roles) =>
        await (await server.Api.SetRolesAsync(actor, person.UserId, new { roles, tenant = clinic?.Slug })).ShouldBeAsync(200);

    private static Task<int> ForgetAsync(TestServer server) => server.Database.ExecuteAsync("DELETE FROM email_outbox");

    private static Task<long> OwedAsync(TestServer server) =>
        server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE kind IN ('power_gained', 'power_given')");
}
