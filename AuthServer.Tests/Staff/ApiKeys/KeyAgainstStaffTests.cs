using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.ApiKeys;

/// <summary>A leaked key, and the accounts of people who could revoke it.</summary>
public sealed class KeyAgainstStaffTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly (string Method, string Path, object? Body)[] Acts =
    [
        ("POST", "unlock", null), ("POST", "password-reset", null), ("DELETE", "sessions", null),
            ("POST", "disable", new { reason = "Because" }), ("POST", "enable", null), ("PATCH", "", new { full_name = "Nobody" }),
    ];

    [Theory]
    [InlineData(Role.Admin, false)]
    [InlineData(Role.Support, false)]
    [InlineData(Role.Admin, true)]
    [InlineData(Role.Support, true)]
    [Trait("ASVS", "8.2.2")]
    public async Task A_key_lays_hands_on_no_staff(string role, bool isAtTenant)
    {
        var key = await server.MakeKeyAsync(Scopes.UsersWrite);
        var person = isAtTenant ? await server.SignInAtAsync(role, await server.OpenClinicAsync()) : await server.SignInAsAsync(role);

        foreach (var act in Acts)
        {
            await (await SendAsync(key, person.UserId, act)).ShouldBeProblemAsync(ErrorCodes.PersonRequired);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task A_tenants_key_does_not_either()
    {
        var clinic = await server.OpenClinicAsync();
        var key = await server.MakeKeyAsync(await server.SignInAtAsync(Role.Admin, clinic), new { scopes = new[] { Scopes.UsersWrite } });
        var person = await server.SignInAtAsync(Role.Support, clinic);

        foreach (var act in Acts)
        {
            await (await SendAsync(key, person.UserId, act)).ShouldBeProblemAsync(ErrorCodes.PersonRequired);
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_key_does_not_lift_the_lock_of_its_owner_and_it_is_on_record_that_it_tried()
    {
        var key = await server.MakeKeyAsync(Scopes.UsersWrite);

        await (await SendAsync(key, key.Owner.UserId, ("POST", "unlock", null))).ShouldBeProblemAsync(ErrorCodes.PersonRequired);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'staff.refused' AND actor_id = @key AND subject_id = @owner AND reason = "
                + "'person_required'", ("key", key.Id), ("owner", key.Owner.UserId))).Should().Be(1);
    }

    private Task<HttpResponseMessage> SendAsync(Key key, Guid person, (string Method, string Path, object? Body) act) =>
        server.Api.SendWithKeyAsync(new(act.Method), $"users/{person}/{act.Path}".TrimEnd('/'), key.Text, act.Body);
}
