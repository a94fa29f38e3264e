using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

public sealed class TenantRegistrationTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Registering_into_an_open_tenant_makes_a_member_and_the_tenant_active()
    {
        var tenant = await MakeTenantAsync("open-clinic", "active", selfRegistration: true);

        var registered = await server.Api.RegisterAsync(more: new { tenant = "open-clinic" });

        registered.Claims["tenant"]!.GetValue<Guid>().Should().Be(tenant);
        registered.Claims["tenant_role"]!.ToJsonString().Should().Be("""["patient"]""");
        registered.User!["tenant"]!["id"]!.GetValue<Guid>().Should().Be(tenant);
        registered.User["tenant"]!["slug"]!.GetValue<string>().Should().Be("open-clinic");
        var membership = registered.User["memberships"]!.AsArray().Should().ContainSingle().Subject!;
        membership["role"]!.GetValue<string>().Should().Be("patient");
        membership["tenant"]!["id"]!.GetValue<Guid>().Should().Be(tenant);
    }

    [Theory]
    [InlineData(null, "he")]
    [InlineData("fr", "fr")]
    public async Task Whoever_names_no_language_has_the_tenants(string? own, string expected)
    {
        var clinic = await server.OpenClinicAsync(new { self_registration = true, locale = "he" });

        var registered = await server.Api.RegisterAsync(more: new { tenant = clinic.Slug, locale = own });

        registered.User!["locale"]!.GetValue<string>().Should().Be(expected);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_tenant_that_wants_proven_mailboxes_is_in_no_token_before()
    {
        var clinic = await server.OpenClinicAsync(new { self_registration = true, require_verified_email = true });

        var registered = await server.Api.RegisterAsync(more: new { tenant = clinic.Slug });

        registered.Claims.ContainsKey("tenant").Should().BeFalse();
        registered.User!["tenant"].Should().BeNull();
        await server.ProveMailboxAsync(registered);
        (await SignedIn.ReadAsync(await server.Api.RefreshAsync(registered.RefreshToken))).Claims["tenant"]!
            .GetValue<Guid>()
            .Should()
            .Be(clinic.Id);
    }

    [Fact]
    public async Task A_physician_of_a_tenant_has_no_role_there_either_before_the_licence_is_verified()
    {
        await MakeTenantAsync("heart-clinic", "active", selfRegistration: true);

        var registered =
            await server.Api.RegisterAsync(
                more: new { role = "physician", tenant = "heart-clinic", physician = new { license_number = "1" } });
        await server.Database.ExecuteAsync(
            "UPDATE licences SET state = 'verified' FROM physicians p WHERE p.id = physician_id AND p.user_id = @user",
            ("user", registered.UserId));
        var licensed = await server.Api.LoginAsync(registered.Email);

        registered.Claims["tenant_role"]?.ToJsonString().Should().NotContain("physician");
        licensed.Claims["tenant_role"]!.ToJsonString().Should().Be("""["physician"]""");
    }

    [Theory]
    [Trait("ASVS", "8.4.1")]
    [InlineData("closed-clinic", "active", false, "closed-clinic")]
    [InlineData("suspended-clinic", "suspended", true, "suspended-clinic")]
    [InlineData("lower-clinic", "active", true, "LOWER-clinic")]
    [InlineData("latin-clinic", "active", true, "l\u0430tin-clinic")]
    [InlineData("some-clinic", "active", true, "no-such-clinic")]
    [InlineData("quoted-clinic", "active", true, "' OR '1'='1")]
    [InlineData("named-clinic", "active", true, "")]
    public async Task A_tenant_that_is_not_open_refuses_and_no_account_is_made(
        string slug, string status, bool selfRegistration, string asked)
    {
        await MakeTenantAsync(slug, status, selfRegistration);
        var email = Api.NewEmail();

        var response = await server.Api.PostAsync("auth/register", new { email, password = Api.Password, tenant = asked });

        await response.ShouldBeProblemAsync(ErrorCodes.TenantNotOpen);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
    }

    [Fact]
    public async Task A_tenant_that_is_suspended_is_gone_from_the_next_tokens_and_the_person_stays()
    {
        var tenant = await MakeTenantAsync("ending-clinic", "active", selfRegistration: true);
        var registered = await server.Api.RegisterAsync(more: new { tenant = "ending-clinic" });
        await server.Database.ExecuteAsync("UPDATE tenants SET status = 'suspended' WHERE id = @tenant", ("tenant", tenant));

        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(registered.RefreshToken));
        var signedIn = await server.Api.LoginAsync(registered.Email);

        foreach (var next in new[] { refreshed, signedIn })
        {
            next.Claims.ContainsKey("tenant").Should().BeFalse();
            next.Claims.ContainsKey("tenant_role").Should().BeFalse();
        }

        signedIn.User!["tenant"].Should().BeNull();
        signedIn.User["memberships"]!.AsArray().Should().BeEmpty();
        signedIn.User["roles"]!.ToJsonString().Should().Be("""["patient"]""");
    }

    private async Task<Guid> MakeTenantAsync(string slug, string status, bool selfRegistration) => await server.Database.QueryAsync<Guid>(
        """
        INSERT INTO tenants (id, slug, name, status, settings, created_at)
        VALUES (gen_random_uuid(), @slug, @slug, @status, jsonb_build_object('self_registration', @open), now()) RETURNING id
        """,
        ("slug", slug), ("status", status), ("open", selfRegistration));
}
