using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Physicians;

/// <summary>Without a verified licence no output of the server says "physician", whatever the route.</summary>
public sealed class UnlicensedRoleTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static int _tenants;

    public static TheoryData<string?, int?, bool> States => new()
    {
        { null, null, false },
        { "unverified", null, false },
        { "unverified", 30, false },
        { "pending", null, false },
        { "pending", 30, false },
        { "verified", null, true },
        { "verified", 30, true },
        { "verified", 0, true },
        { "verified", -1, false },
        { "suspended", null, false },
        { "suspended", 30, false },
        { "expired", -1, false },
        { "expired", 30, false },
    };

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [MemberData(nameof(States))]
    public async Task The_role_leaves_by_no_door_without_a_verified_licence(string? state, int? daysLeft, bool carries)
    {
        var tenant = (await server.OpenClinicAsync(slug: $"door-clinic-{Interlocked.Increment(ref _tenants)}")).Id;
        var registered = await server.RegisterPhysicianAsync(tenant);
        registered.Roles().Should().BeEmpty();
        if (state is null)
        {
            await server.Database.ExecuteAsync("DELETE FROM licences WHERE physician_id = @id", ("id", registered.PhysicianId()));
        }
        else
        {
            await server.SetLicenceAsync(registered, state, daysLeft is { } days ? server.Today().AddDays(days) : null);
        }

        var signedIn = await server.Api.LoginAsync(registered.Email);
        var form = new FormUrlEncodedContent([new("username", registered.Email), new("password", Api.Password)]);
        var byForm = await SignedIn.ReadAsync(await server.Api.Http.PostAsync(new Uri("/api/v1/auth/login/form", UriKind.Relative), form));
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(registered.RefreshToken));
        var verified = await (await server.Api.PostAsync("auth/verify", bearer: refreshed.AccessToken)).ShouldBeAsync(200);
        var me = await (await server.Api.GetAsync("auth/me", refreshed.AccessToken)).ShouldBeAsync(200);

        string[] expected = carries ? [Role.Physician] : [];
        foreach (var tokens in new[] { signedIn, byForm, refreshed })
        {
            tokens.Roles().Should().Equal(expected);
            Texts(tokens.Claims["tenant_role"]).Should().Equal(expected);
        }

        Texts(signedIn.User!["roles"]).Should().Equal(expected);
        Texts(byForm.User!["roles"]).Should().Equal(expected);
        Texts(verified["roles"]).Should().Equal(expected);
        Texts(me["roles"]).Should().Equal(expected);
        me["physician"]!["status"]!.GetValue<string>().Should().Be(carries ? "verified" : "pending");
    }

    private static IEnumerable<string> Texts(JsonNode? array) =>
        array is JsonArray texts ? texts.Select(text => text!.GetValue<string>()) : [];
}
