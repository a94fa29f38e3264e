using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Users;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.Users;

public sealed class UserAccountTests(TwoServers server) : IClassFixture<TwoServers>
{
    [Fact]
    public async Task An_administrator_changes_what_an_account_says_and_it_is_audited()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi", locale = "he" });

        var patched = await (await SendAsync(admin, "PATCH", person.UserId, "", """{"full_name":"Dana Cohen"}""")).ShouldBeAsync(200);
        var put =
            await (await SendAsync(
                admin, "PUT", person.UserId, "", """{"full_name":null,"username":"dana.put","locale":"en"}""")).ShouldBeAsync(200);

        patched["full_name"]!.GetValue<string>().Should().Be("Dana Cohen");
        patched["locale"]!.GetValue<string>().Should().Be("he");
        put["full_name"].Should().BeNull();
        put["username"]!.GetValue<string>().Should().Be("dana.put");
        (await server.AuditedAsync("user.changed_by_staff", admin.UserId, person.UserId)).Should().Be(2);
        (await server.Database.QueryAsync<string>(
            "SELECT string_agg(detail, ';' ORDER BY id) FROM audit_events WHERE subject_id = @id AND type = 'user.changed_by_staff'",
            ("id", person.UserId)))
            .Should().Be("full_name;full_name locale username");
        await (await SendAsync(admin, "PUT", person.UserId, "", "{}")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        var other = await server.Api.RegisterAsync(more: new { username = "name.of.other" });
        await (await SendAsync(admin, "PATCH", person.UserId, "", """{"username":"Name.Of.Other"}""")).ShouldBeProblemAsync(
            ErrorCodes.UsernameTaken);
        other.UserId.Should().NotBe(person.UserId);
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("PATCH", "", "email")]
    [InlineData("PATCH", "", "roles")]
    [InlineData("PATCH", "", "password")]
    [InlineData("PUT", "/roles", "is_admin")]
    [InlineData("POST", "/disable", "status")]
    public async Task No_other_member_is_taken(string method, string path, string member)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        await (await SendAsync(admin, method, person.UserId, path, $"{{\"{member}\":\"x\"}}")).ShouldBeProblemAsync(
            ErrorCodes.UnknownField);
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task Disabling_ends_the_sessions_at_once_everywhere_and_the_next_sign_in_is_refused()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        var disabled = await (await SendAsync(admin, "POST", person.UserId, "/disable", """{"reason":"Lost phone"}""")).ShouldBeAsync(200);

        disabled["status"]!.GetValue<string>().Should().Be("disabled");
        disabled["disabled_reason"]!.GetValue<string>().Should().Be("Lost phone");
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await Eventually.TrueAsync(
            async () => (int)(await server.Other.GetAsync("auth/me", person.AccessToken)).StatusCode == 401,
            "a refusal on the other replica");
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.AccountDisabled);
        (await server.AuditedAsync("user.disabled", admin.UserId, person.UserId)).Should().Be(1);

        (await (await SendAsync(admin, "POST", person.UserId, "/enable")).ShouldBeAsync(200))["status"]!
            .GetValue<string>()
            .Should()
            .Be("active");
        (await server.Api.LoginAsync(person.Email)).UserId.Should().Be(person.UserId);
        (await server.AuditedAsync("user.enabled", admin.UserId, person.UserId)).Should().Be(1);
    }

    [Fact]
    public async Task An_account_that_is_off_for_a_while_comes_on_by_itself_when_the_time_is_over()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();
        var until = server.Clock.GetUtcNow().AddMinutes(5);
        await (await SendAsync(admin, "POST", person.UserId, "/disable", new { reason = "A pause", until })).ShouldBeAsync(200);
        var duty = server.Services.GetRequiredService<DisabledAccountReactivation>();

        await duty.RunAsync(CancellationToken.None);
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.AccountDisabled);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        await Task.WhenAll(
            duty.RunAsync(CancellationToken.None),
            server.ServicesOf(1).GetRequiredService<DisabledAccountReactivation>().RunAsync(CancellationToken.None));

        (await server.Api.LoginAsync(person.Email)).UserId.Should().Be(person.UserId);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.enabled' AND subject_id = @id AND actor_id IS NULL AND reason = "
                + "'time_over'",
            ("id", person.UserId))).Should().Be(1);
    }

    [Theory]
    [InlineData("""{}""", "reason")]
    [InlineData("""{"reason":" "}""", "reason")]
    [InlineData("""{"reason":"a\u0000"}""", "reason")]
    [InlineData("""{"reason":"x","until":"2020-01-01T00:00:00Z"}""", "until")]
    public async Task Disabling_needs_a_reason_and_an_end_that_is_to_come(string body, string field)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        var problem =
            await (await SendAsync(admin, "POST", person.UserId, "/disable", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Deleting_takes_the_account_and_refuses_its_tokens_everywhere()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var person = await server.SignInAtAsync(clinic.Id, Role.Patient);

        await (await SendAsync(admin, "DELETE", person.UserId)).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await Eventually.TrueAsync(
            async () => (int)(await server.Other.PostAsync("auth/verify", null, person.AccessToken)).StatusCode == 401,
            "a refusal on the other replica");
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await (await server.Api.GetAsync($"users/{person.UserId}", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await SendAsync(admin, "DELETE", person.UserId)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        (await server.AuditedAsync("user.deleted", admin.UserId, person.UserId)).Should().Be(0);
        (await server.AuditedWithoutNameAsync("user.deleted", admin.UserId)).Should().Be(1);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM memberships WHERE user_id = @id", ("id", person.UserId))).Should()
            .Be(0);
    }

    [Theory]
    [Trait("ASVS", "8.2.2")]
    [InlineData("{0:B}")]
    [InlineData("{0:N}")]
    [InlineData("{0:D}0")]
    [InlineData("1")]
    [InlineData("' or 1=1--")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task What_is_no_id_of_anybody_is_not_there(string form)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();
        var id = Uri.EscapeDataString(string.Format(null, System.Text.CompositeFormat.Parse(form), person.UserId));

        foreach (var (method, path, body) in new[]
        {
            ("GET", "", null),
            ("PATCH", "", "{}"),
            ("DELETE", "", null),
            ("POST", "/disable", """{"reason":"x"}"""),
            ("POST", "/enable", null),
            ("PUT", "/roles", """{"roles":[]}"""),
            ("POST", "/invitation", null),
            ("DELETE", "/invitation", (string?)null)
        })
        {
            await (await server.Api.SendAsync(new HttpMethod(method), $"users/{id}{path}", body, admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Anybody_reads_their_own_record_and_nobody_elses()
    {
        var (person, stranger) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        var support = await server.SignInAsAsync(Role.Support);

        (await (await server.Api.GetAsync($"users/{person.UserId}", person.AccessToken)).ShouldBeAsync(200))["email"]!
            .GetValue<string>()
            .Should()
            .Be(person.Email);
        (await (await server.Api.GetAsync($"users/{support.UserId}", support.AccessToken)).ShouldBeAsync(200))["email"]!
            .GetValue<string>()
            .Should()
            .Be(support.Email);
        await (await server.Api.GetAsync($"users/{stranger.UserId}", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.Api.GetAsync($"users/{stranger.UserId}")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData(Role.Patient)]
    [InlineData(Role.Physician)]
    [InlineData(Role.Support)]
    public async Task Whoever_is_no_administrator_changes_nobody_and_makes_themself_nothing(string role)
    {
        var person = await server.SignInAsAsync(role);

        foreach (var (method, path, body) in new[]
        {
            ("PATCH", "", "{}"),
            ("PUT", "", "{}"),
            ("DELETE", "", null),
            ("POST", "/disable", """{"reason":"x"}"""),
            ("POST", "/enable", null),
            ("PUT", "/roles", """{"roles":["admin"]}"""),
            ("POST", "/invitation", null),
            ("DELETE", "/invitation", (string?)null)
        })
        {
            await (await SendAsync(person, method, person.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }

        await (await server.Api.PostAsync(
            "users", $$"""{"email":"{{Api.NewEmail()}}","roles":["admin"]}""", person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.Forbidden);
        await (await server.Api.GetAsync("users/stats", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await server.Api.GetAsync("users/stats/count", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task For_a_tenants_administrator_people_of_another_tenant_are_not_there_and_shared_ones_cannot_be_touched()
    {
        var (ours, theirs) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var admin = await server.SignInAtAsync(ours.Id, Role.Admin);
        var own = await server.SignInAtAsync(ours.Id, Role.Patient);
        var stranger = await server.SignInAtAsync(theirs.Id, Role.Patient);
        var shared = await server.SignInAtAsync(ours.Id, Role.Patient);
        await server.JoinAsync(shared.UserId, theirs.Id, Role.Patient);
        var platform = await server.SignInAsAsync(Role.Support);
        await server.JoinAsync(platform.UserId, ours.Id, Role.Patient);

        foreach (var (method, path, body) in new[]
        {
            ("PATCH", "", "{}"),
            ("POST", "/disable", """{"reason":"x"}"""),
            ("POST", "/enable", null),
            ("DELETE", "", (string?)null)
        })
        {
            await (await SendAsync(admin, method, stranger.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.NotFound);
            await (await SendAsync(admin, method, shared.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
            await (await SendAsync(admin, method, platform.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
            ((int)(await SendAsync(admin, method, own.UserId, path, body)).StatusCode).Should().BeInRange(200, 204);
        }

        const string Tries =
            "beyond_tenant user.changed_by_staff;beyond_tenant user.disabled;beyond_tenant user.enabled;beyond_tenant user.deleted";
        (await server.RefusedAsync(admin, shared.UserId)).Should().Be(Tries, "nobody finds out unseen who is known elsewhere");
        (await server.RefusedAsync(admin, platform.UserId)).Should().Be(Tries);

        await (await server.Api.GetAsync($"users/{stranger.UserId}", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    private Task<HttpResponseMessage> SendAsync(SignedIn staff, string method, Guid person, string path = "", object? body = null) =>
        server.Api.SendAsync(new HttpMethod(method), $"users/{person}{path}", body, staff.AccessToken);
}
