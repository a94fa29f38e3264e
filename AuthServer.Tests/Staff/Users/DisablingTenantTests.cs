using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

/// <summary>Whoever disabled an account decides on it: a tenant cannot enable an account that the platform disabled.</summary>
public sealed class DisablingTenantTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task What_the_platform_has_switched_off_a_tenants_administrator_neither_undoes_nor_reads_the_reason_of()
    {
        var (platform, admin, person) = await PeopleAsync();
        await (await SendAsync(
            platform, person, "POST", "/disable", """{"reason":"Fraud","until":"2099-01-01T00:00:00Z"}""")).ShouldBeAsync(200);

        foreach (var (method, path, body) in new[]
        {
            ("POST", "/enable", null),
            ("POST", "/disable", """{"reason":"A pause","until":"2098-01-01T00:00:00Z"}"""),
            ("DELETE", "", (string?)null)
        })
        {
            await (await SendAsync(admin, person, method, path, body)).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
        }

        var seen = await (await SendAsync(admin, person, "GET")).ShouldBeAsync(200);
        seen["status"]!.GetValue<string>().Should().Be("disabled");
        seen["disabled_reason"].Should().BeNull();
        seen["disabled_until"].Should().BeNull();
        (await (await SendAsync(platform, person, "GET")).ShouldBeAsync(200))["disabled_reason"]!.GetValue<string>().Should().Be("Fraud");
        (await server.RefusedAsync(admin, person.UserId)).Should()
            .Be("beyond_tenant user.enabled;beyond_tenant user.disabled;beyond_tenant user.deleted");
    }

    [Fact]
    public async Task What_a_tenants_administrator_has_switched_off_they_change_and_undo()
    {
        var (_, admin, person) = await PeopleAsync();
        await (await SendAsync(admin, person, "POST", "/disable", """{"reason":"A pause"}""")).ShouldBeAsync(200);

        var again = await (await SendAsync(admin, person, "POST", "/disable", """{"reason":"Longer"}""")).ShouldBeAsync(200);
        var enabled = await (await SendAsync(admin, person, "POST", "/enable")).ShouldBeAsync(200);

        again["disabled_reason"]!.GetValue<string>().Should().Be("Longer");
        enabled["status"]!.GetValue<string>().Should().Be("active");
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task What_the_platform_takes_over_is_the_platforms()
    {
        var (platform, admin, person) = await PeopleAsync();
        await (await SendAsync(admin, person, "POST", "/disable", """{"reason":"A pause"}""")).ShouldBeAsync(200);
        await (await SendAsync(platform, person, "POST", "/disable", """{"reason":"Fraud"}""")).ShouldBeAsync(200);

        await (await SendAsync(admin, person, "POST", "/enable")).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);

        await (await SendAsync(platform, person, "POST", "/enable")).ShouldBeAsync(200);
        await (await SendAsync(admin, person, "POST", "/disable", """{"reason":"A pause"}""")).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task An_invitation_that_the_platform_has_switched_off_is_not_taken_back_to_be_given_anew()
    {
        var (platform, admin, _) = await PeopleAsync();
        var invited =
            await (await server.Api.PostAsync("users", $$"""{"email":"{{Api.NewEmail()}}"}""", admin.AccessToken)).ShouldBeAsync(201);
        var id = invited["id"]!.GetValue<Guid>();
        await (await server.Api.PostAsync($"users/{id}/disable", """{"reason":"Fraud"}""", platform.AccessToken)).ShouldBeAsync(200);

        await (await server.Api.SendAsync(HttpMethod.Delete, $"users/{id}/invitation", bearer: admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.BeyondTenant);

        (await server.RefusedAsync(admin, id)).Should().Be("beyond_tenant user.invitation_revoked");
    }

    private async Task<(SignedIn Platform, SignedIn Admin, SignedIn Person)> PeopleAsync()
    {
        var clinic = await server.OpenClinicAsync();
        return (await server.SignInAsAsync(Role.Admin), await server.SignInAtAsync(clinic.Id, Role.Admin),
            await server.SignInAtAsync(clinic.Id, Role.Patient));
    }

    private Task<HttpResponseMessage> SendAsync(SignedIn staff, SignedIn person, string method, string path = "", string? body = null) =>
        server.Api.SendAsync(new HttpMethod(method), $"users/{person.UserId}{path}", body, staff.AccessToken);
}
