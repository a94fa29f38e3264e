using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

public sealed class InvitationTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    [Trait("ASVS", "6.4.1")]
    public async Task Whoever_is_invited_sets_a_password_with_the_link_and_is_what_was_said()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var email = Api.NewEmail();

        var response =
            await InviteAsync(
                admin,
                $$"""
                {"email":"{{email}}","full_name":"Dana Levi","locale":"he","roles":["physician","support"],"tenant":"{{clinic.Slug}}",
                "physician":{"license_number":"IL-7","license_jurisdiction":"IL"} }
                """);
        var record = await response.ShouldBeAsync(201);
        response.Headers.Location!.ToString().Should().EndWith($"/users/{record["id"]}");
        record["status"]!.GetValue<string>().Should().Be("invited");
        record["invitation_expires_at"]!
            .GetValue<DateTimeOffset>()
            .Should()
            .Be(record["invited_at"]!.GetValue<DateTimeOffset>().AddHours(72));
        record["roles"]!.ToJsonString().Should().Be("""["patient"]""", "what a tenant's admin gives is for the tenant");
        record["memberships"]!
            .AsArray()
            .Select(membership => membership!["role"]!.GetValue<string>())
            .Should()
            .BeEquivalentTo("physician", "support");
        record["physician_id"].Should().NotBeNull();

        await AcceptAsync(email);

        var person = await server.Api.LoginAsync(email);
        person.Claims["tenant_role"]!.ToJsonString().Should().Be("""["support"]""");
        var accepted = await (await server.Api.GetAsync($"users/{person.UserId}", admin.AccessToken)).ShouldBeAsync(200);
        accepted["status"]!.GetValue<string>().Should().Be("active");
        accepted["invited_at"].Should().BeNull();
        accepted["email_verified"]!.GetValue<bool>().Should().BeTrue();
        (await server.AuditedAsync("user.invited", admin.UserId, person.UserId)).Should().Be(1);
        (await server.Database.QueryAsync<string>(
            "SELECT l.state || ' ' || l.number FROM licences l JOIN physicians p ON p.id = l.physician_id WHERE p.user_id = @id",
            ("id", person.UserId))).Should().Be("pending IL-7");
    }

    [Fact]
    public async Task Sent_again_the_new_link_works_and_the_old_one_no_longer_does()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (id, email) = await InvitedAsync(admin);
        var old = await server.MailedTokenAsync(MailKinds.Invitation, email);

        var problem = await SendAgainAsync(admin, id);
        await problem.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        problem.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        server.Clock.Advance(TimeSpan.FromHours(80));
        (await ReadAsync(admin, id))["status"]!.GetValue<string>().Should().Be("invited", "it can be sent again however late");
        admin = await server.Api.LoginAsync(admin.Email);
        var again = await (await SendAgainAsync(admin, id)).ShouldBeAsync(200);

        again["invited_at"]!.GetValue<DateTimeOffset>().Should().Be(server.Clock.GetUtcNow());
        await (await ConfirmAsync(old)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await AcceptAsync(email);
        await (await SendAgainAsync(admin, id)).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        (await server.AuditedAsync("user.invitation_sent_again", admin.UserId, id)).Should().Be(1);
    }

    [Fact]
    public async Task An_old_link_is_dead_although_it_is_in_time()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (id, email) = await InvitedAsync(admin);
        var old = await server.MailedTokenAsync(MailKinds.Invitation, email);
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        await (await SendAgainAsync(admin, id)).ShouldBeAsync(200);

        await (await ConfirmAsync(old)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await (await ConfirmAsync(await server.MailedTokenAsync(MailKinds.Invitation, email))).ShouldBeAsync(204);
    }

    [Fact]
    public async Task Taken_back_the_account_is_gone_and_the_link_dead_and_the_address_free()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (id, email) = await InvitedAsync(admin);
        var token = await server.MailedTokenAsync(MailKinds.Invitation, email);

        await (await RevokeAsync(admin, id)).ShouldBeAsync(204);

        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await (await RevokeAsync(admin, id)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        (await server.MailsAsync(MailKinds.Invitation, email)).Should().BeEmpty();
        (await server.AuditedWithoutNameAsync("user.invitation_revoked", admin.UserId)).Should().Be(1);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await InviteAsync(admin, $$"""{"email":"{{email}}"}""")).ShouldBeAsync(201);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Whoever_invites_and_takes_back_again_and_again_mails_once_a_minute_and_five_times_an_hour()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var email = Api.NewEmail();

        for (var time = 0; time < 5; time++)
        {
            var record = await (await InviteAsync(admin, $$"""{"email":"{{email}}"}""")).ShouldBeAsync(201);
            await (await server.Api.SendAsync(
                HttpMethod.Delete, $"users/{record["id"]}{(time % 2 == 0 ? "/invitation" : "")}", bearer: admin.AccessToken)).ShouldBeAsync(
                    204);
            await ShouldWaitAsync(TimeSpan.FromMinutes(time < 4 ? 1 : 56));
            server.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await ShouldWaitAsync(TimeSpan.FromMinutes(55));
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE address = @email", ("email", email))).Should()
            .Be(5);

        async Task ShouldWaitAsync(TimeSpan wait)
        {
            var problem = await InviteAsync(admin, $$"""{"email":"{{email}}"}""");
            await problem.ShouldBeProblemAsync(ErrorCodes.RateLimited);
            problem.Headers.RetryAfter!.Delta.Should().Be(wait);
            (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should()
                .Be(0, "nobody is made who is not mailed to");
        }
    }

    [Fact]
    public async Task Once_accepted_an_invitation_cannot_be_taken_back()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (id, email) = await InvitedAsync(admin);
        await AcceptAsync(email);

        await (await RevokeAsync(admin, id)).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);

        (await server.Api.LoginAsync(email)).UserId.Should().Be(id);
    }

    [Fact]
    public async Task Nobody_who_is_disabled_is_mailed_to_or_lets_themself_in()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (id, email) = await InvitedAsync(admin);
        var token = await server.MailedTokenAsync(MailKinds.Invitation, email);
        await (await server.Api.PostAsync($"users/{id}/disable", new { reason = "A mistake" }, admin.AccessToken)).ShouldBeAsync(200);

        (await server.MailsAsync(MailKinds.Invitation, email)).Should().BeEmpty();
        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await (await server.Api.PostAsync($"users/{id}/enable", null, admin.AccessToken)).ShouldBeAsync(200);
        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_tenants_administrator_invites_to_the_own_tenant_alone_and_gives_no_role_everywhere()
    {
        var (ours, theirs) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var admin = await server.SignInAtAsync(ours.Id, Role.Admin);

        var record = await (await InviteAsync(admin, $$"""{"email":"{{Api.NewEmail()}}","roles":["admin"]}""")).ShouldBeAsync(201);
        await (await InviteAsync(admin, $$"""{"email":"{{Api.NewEmail()}}","tenant":"{{theirs.Slug}}"}""")).ShouldBeProblemAsync(
            ErrorCodes.NotFound);

        record["roles"]!.ToJsonString().Should().Be("""["patient"]""");
        record["memberships"]!.AsArray().Should().ContainSingle().Which!["tenant"]!["slug"]!.GetValue<string>().Should().Be(ours.Slug);
        record["memberships"]![0]!["role"]!.GetValue<string>().Should().Be("admin");
        var (stranger, _) = await InvitedAsync(await server.SignInAsAsync(Role.Admin));
        await (await SendAgainAsync(admin, stranger)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await RevokeAsync(admin, stranger)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    [Fact]
    public async Task An_address_or_a_name_that_is_taken_is_told_and_nothing_is_made()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync(more: new { username = "invited.before" });
        var email = Api.NewEmail();

        await (await InviteAsync(admin, $$"""{"email":"{{person.Email.ToUpperInvariant()}}"}""")).ShouldBeProblemAsync(
            ErrorCodes.EmailTaken);
        await (await InviteAsync(admin, $$"""{"email":"{{email}}","username":"Invited.Before"}""")).ShouldBeProblemAsync(
            ErrorCodes.UsernameTaken);

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE kind = 'invitation' AND address IN (@email, @taken)", ("email", email),
            ("taken", person.Email))).Should().Be(0);
    }

    [Theory]
    [InlineData("""{}""", "email")]
    [InlineData("""{"email":"nobody"}""", "email")]
    [InlineData("""{"email":"a@example.com","roles":["root"]}""", "roles")]
    [InlineData("""{"email":"a@example.com","roles":[]}""", "roles")]
    [InlineData("""{"email":"a@example.com","physician":{}}""", "physician")]
    [InlineData(
        """{"email":"a@example.com","roles":["physician"],"physician":{"license_jurisdiction":"Israel"}}""",
        "physician.license_jurisdiction")]
    [InlineData("""{"email":"a@example.com","full_name":"\u0000"}""", "full_name")]
    [InlineData("""{"email":"a@example.com","username":"a b"}""", "username")]
    public async Task What_cannot_be_is_named(string body, string field)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem = await (await InviteAsync(admin, body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("password")]
    [InlineData("password_hash")]
    [InlineData("email_verified")]
    [InlineData("status")]
    [InlineData("id")]
    public async Task Staff_choose_no_password_and_nothing_else_that_is_not_theirs_to_say(string member)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await InviteAsync(admin, $$"""{"email":"{{Api.NewEmail()}}","{{member}}":"x"}""")).ShouldBeProblemAsync(
            ErrorCodes.UnknownField);
    }

    private Task<HttpResponseMessage> InviteAsync(SignedIn staff, string body) => server.Api.PostAsync("users", body, staff.AccessToken);

    private Task<HttpResponseMessage> SendAgainAsync(SignedIn staff, Guid id) =>
        server.Api.PostAsync($"users/{id}/invitation", null, staff.AccessToken);

    private Task<HttpResponseMessage> RevokeAsync(SignedIn staff, Guid id) =>
        server.Api.SendAsync(HttpMethod.Delete, $"users/{id}/invitation", bearer: staff.AccessToken);

    private Task<HttpResponseMessage> ConfirmAsync(string token) =>
        server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = Api.Password });

    private async Task AcceptAsync(string email) =>
        await (await ConfirmAsync(await server.MailedTokenAsync(MailKinds.Invitation, email))).ShouldBeAsync(204);

    private async Task<JsonNode> ReadAsync(SignedIn staff, Guid id)
    {
        var signedIn = await server.Api.LoginAsync(staff.Email);
        return await (await server.Api.GetAsync($"users/{id}", signedIn.AccessToken)).ShouldBeAsync(200);
    }

    private async Task<(Guid Id, string Email)> InvitedAsync(SignedIn staff)
    {
        var email = Api.NewEmail();
        var record = await (await InviteAsync(staff, $$"""{"email":"{{email}}"}""")).ShouldBeAsync(201);
        return (record["id"]!.GetValue<Guid>(), email);
    }
}
