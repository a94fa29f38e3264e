using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

/// <summary>Guests who register when the mailbox must be confirmed first.</summary>
public sealed class GuestVerifyFirstTests(GuestVerifyFirstTests.Server server) : IClassFixture<GuestVerifyFirstTests.Server>
{
    [Fact]
    public async Task The_guest_stays_one_until_the_mailbox_is_proven_and_is_then_the_person()
    {
        var (guest, email, clinic) = (await GuestAsync(), Api.NewEmail(), await server.OpenClinicAsync(new { self_registration = true }));
        var name = $"guest-{Guid.NewGuid():N}"[..20];

        var answer =
            await (await RegisterAsync(
                guest, email,
                new
                {
                    tenant = clinic.Slug,
                    username = name,
                    role = Role.Physician,
                    physician = new { license_number = "IL-1", license_jurisdiction = "IL" }
                })).ShouldBeAsync(202);

        answer["access_token"].Should().BeNull();
        var before = await MeAsync(guest);
        (before["is_anonymous"]!.GetValue<bool>(), before["roles"]!.AsArray().Count, before["memberships"]!.AsArray().Count).Should()
            .Be((true, 0, 0));
        before["email"].Should().BeNull();
        before["physician"].Should().BeNull();
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(guest.RefreshToken));
        (refreshed.Claims["role"]!.AsArray().Count > 0, refreshed.Claims.ContainsKey("tenant"),
            refreshed.Claims.ContainsKey("physician")).Should().Be((false, false, false));
        await (await server.Api.SwitchAsync(refreshed, clinic.Slug)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await LoginAsync(email)).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);

        await (await ProveAsync(email, Api.Password)).ShouldBeAsync(204);

        var person = await server.Api.LoginAsync(email);
        person.UserId.Should().Be(guest.UserId);
        (person.User!["is_anonymous"]!.GetValue<bool>(), person.User["email_verified"]!.GetValue<bool>()).Should().Be((false, true));
        person.User["username"]!.GetValue<string>().Should().Be(name);
        person.User["physician"]!["licences"]!.AsArray().Should().ContainSingle();
        person.User["memberships"]!.AsArray().Should().ContainSingle();
        await (await server.Api.RefreshAsync(refreshed.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Nothing_tells_whether_the_address_is_free()
    {
        var (first, second) = (await GuestAsync(), await GuestAsync());
        var taken = await server.ProvenPersonAsync();

        var answers = new[] { await RegisterAsync(first, taken), await RegisterAsync(second, Api.NewEmail()) };

        (await answers[0].Content.ReadAsStringAsync()).Should().Be(await answers[1].Content.ReadAsStringAsync());
        answers.Select(answer => (int)answer.StatusCode).Should().Equal(202, 202);
        (await MeAsync(first))
            .AsObject()
            .Where(Says)
            .Select(member => member.Value?.ToJsonString())
            .Should()
            .Equal((await MeAsync(second)).AsObject().Where(Says).Select(member => member.Value?.ToJsonString()));

        static bool Says(KeyValuePair<string, System.Text.Json.Nodes.JsonNode?> member) =>
            member.Key is not ("id" or "created_at" or "last_login_at");
    }

    [Fact]
    public async Task The_owner_of_a_taken_address_is_told_and_the_guest_stays()
    {
        var (guest, taken) = (await GuestAsync(), await server.ProvenPersonAsync());

        await (await RegisterAsync(guest, taken)).ShouldBeAsync(202);

        var mail = (await server.MailsAsync(MailKinds.ConfirmNewEmail, taken)).Should().ContainSingle().Subject;
        mail.Text.Should().NotContain("token=");
        (await MeAsync(guest))["is_anonymous"]!.GetValue<bool>().Should().BeTrue();
        (await server.Api.LoginAsync(taken)).UserId.Should().NotBe(guest.UserId);
    }

    [Fact]
    public async Task The_link_alone_does_not_put_a_stranger_into_the_guests_account()
    {
        var (guest, email) = (await GuestAsync(), Api.NewEmail());
        await (await RegisterAsync(guest, email)).ShouldBeAsync(202);

        ((int)(await ProveAsync(email, password: null)).StatusCode).Should().Be(400);
        ((int)(await ProveAsync(email, "not the password")).StatusCode).Should().Be(400);

        (await MeAsync(guest))["is_anonymous"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task Whoever_tries_again_with_another_address_gets_that_one_and_what_they_said_last()
    {
        var (guest, mistyped, email) = (await GuestAsync(), Api.NewEmail(), Api.NewEmail());
        await (await RegisterAsync(guest, mistyped, new { role = Role.Physician })).ShouldBeAsync(202);
        var old = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, mistyped);
        await (await RegisterAsync(guest, email)).ShouldBeAsync(202);

        await (await server.Api.PostAsync("auth/email/change/confirm", new { token = old, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidOrExpiredToken);
        await (await ProveAsync(email, Api.Password)).ShouldBeAsync(204);

        var person = await server.Api.LoginAsync(email);
        person.UserId.Should().Be(guest.UserId);
        person.User!["roles"]!.AsArray().Select(role => role!.GetValue<string>()).Should().Equal("patient");
        person.User["physician"].Should().BeNull();
    }

    [Fact]
    public async Task Of_two_who_prove_at_once_one_does()
    {
        var (guest, email) = (await GuestAsync(), Api.NewEmail());
        await (await RegisterAsync(guest, email)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, email);

        var answers =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 3).Select(_ => server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password })));

        answers.Select(answer => (int)answer.StatusCode).Order().Should().Equal(204, 409, 409);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.guest_registered' AND subject_id = @id", ("id", guest.UserId))).Should()
                .Be(1);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task A_guest_is_not_at_the_tenant_that_was_asked_for()
    {
        var (guest, clinic) = (await GuestAsync(), await server.OpenClinicAsync(new { self_registration = true }));
        await (await RegisterAsync(guest, Api.NewEmail(), new { tenant = clinic.Slug })).ShouldBeAsync(202);

        await (await server.Api.PostAsync("auth/switch-tenant", new { tenant = clinic.Slug }, guest.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task A_guest_is_no_physician_to_themself_or_to_staff()
    {
        var (guest, staff) = (await GuestAsync(), await server.ProvenPersonAsync());
        await server.Database.ExecuteAsync(
            "INSERT INTO user_roles (user_id, role_id) SELECT id, @role FROM users WHERE email = @staff", ("staff", staff),
            ("role", Role.IdOf(Role.Admin)));
        var admin = await server.Api.LoginAsync(staff);
        await (await RegisterAsync(
            guest, Api.NewEmail(),
            new { role = Role.Physician, physician = new { license_number = "IL-1", license_jurisdiction = "IL" } })).ShouldBeAsync(202);

        await (await server.Api.GetAsync("physicians/me", guest.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.Api.SendAsync(
            HttpMethod.Patch, "physicians/me", new { specialty = "cardiology" }, guest.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
        (await (await server.Api.GetAsync("physicians?limit=100", admin.AccessToken)).ShouldBeAsync(200))
            .ToJsonString()
            .Should()
            .NotContain(guest.UserId.ToString());
    }

    [Fact]
    [Trait("ASVS", "6.3.4")]
    public async Task The_password_of_a_guest_signs_nobody_in_whatever_another_replica_is_told()
    {
        await using var immediate = await StartedServer.StartAsync(adjust: settings => settings["Registration:AllowAnonymous"] = "true");
        var guest = await SignedIn.ReadAsync(await immediate.Api.PostAsync("auth/anonymous", new { }));
        var owner = await immediate.Api.RegisterAsync();
        await immediate.Database.ExecuteAsync(
            "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = @owner) WHERE id = @guest",
            ("owner", owner.UserId), ("guest", guest.UserId));

        await (await immediate.Api.PostAsync(
            "auth/login", new { email = $"{guest.UserId}@anonymous.invalid", password = Api.Password })).ShouldBeProblemAsync(
                ErrorCodes.InvalidCredentials);
    }

    [Fact]
    public async Task A_guest_takes_no_user_name_from_those_who_register()
    {
        var guest = await GuestAsync();

        await (await server.Api.SendAsync(
            HttpMethod.Patch, "users/me", new { username = "a-good-name" }, guest.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.AnonymousNotAllowed);
        await (await server.Api.SendAsync(HttpMethod.Patch, "users/me", new { full_name = "Dana" }, guest.AccessToken)).ShouldBeAsync(200);
    }

    private async Task<SignedIn> GuestAsync() => await SignedIn.ReadAsync(await server.Api.PostAsync("auth/anonymous", new { }));

    private async Task<System.Text.Json.Nodes.JsonNode> MeAsync(SignedIn guest) =>
        await (await server.Api.GetAsync("auth/me", guest.AccessToken)).ShouldBeAsync(200);

    private Task<HttpResponseMessage> RegisterAsync(SignedIn guest, string email, object? more = null)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["email"] = email;
        body["password"] = Api.Password;
        return server.Api.PostAsync("auth/register", body.ToJsonString(), guest.AccessToken);
    }

    private async Task<HttpResponseMessage> ProveAsync(string email, string? password) =>
        await server.Api.PostAsync(
            "auth/email/change/confirm", new { token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, email), password });

    private Task<HttpResponseMessage> LoginAsync(string email) =>
        server.Api.PostAsync("auth/login", new { email, password = Api.Password });

    public sealed class Server : TestServer
    {
        public Server()
        {
            Settings["Registration:AllowAnonymous"] = "true";
            Settings["Registration:Mode"] = "VerifyFirst";
        }

        /// <summary>The address of somebody who has an account.</summary>
        public async Task<string> ProvenPersonAsync()
        {
            var email = Infrastructure.Api.NewEmail();
            await Api.PostAsync("auth/register", new { email, password = Infrastructure.Api.Password });
            await Database.ExecuteAsync("UPDATE users SET email_confirmed = true WHERE email = @email", ("email", email));
            return email;
        }
    }
}
