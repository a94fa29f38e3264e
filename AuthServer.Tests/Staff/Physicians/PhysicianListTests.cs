using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Physicians;

public sealed class PhysicianListTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static readonly string[] PublicFields = ["id", "full_name", "specialty", "language_preference"];


    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData("physicians")]
    [InlineData("physicians/0195b1f0-8c00-7b44-9a10-66fe00b1c2d3")]
    public async Task The_list_for_staff_is_for_staff(string path)
    {
        foreach (var person in new[] { await server.Api.RegisterAsync(), await server.VerifiedPhysicianAsync(await NewTenantAsync()) })
        {
            await (await server.Api.GetAsync(path, person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }

        await (await server.Api.GetAsync(path)).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        await (await server.Api.GetAsync("physicians/available")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
    }

    [Theory]
    [Trait("ASVS", "8.4.1")]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    public async Task Staff_of_a_tenant_see_its_physicians_and_no_others_in_list_and_count(string role)
    {
        var (tenant, other) = (await NewTenantAsync(), await NewTenantAsync());
        var (own, shared, hidden) = (await server.RegisterPhysicianAsync(tenant), await server.RegisterPhysicianAsync(tenant, other),
            await server.RegisterPhysicianAsync(other));
        await server.RegisterPhysicianAsync();
        var staff = await server.SignInAtAsync(tenant, role);

        var page = await ListAsync(staff);

        page.Ids().Should().BeEquivalentTo([shared.PhysicianId(), own.PhysicianId()]);
        page["total"]!.GetValue<int>().Should().Be(2);
        (await ListAsync(staff, $"?tenant={other}")).Ids().Should().BeEmpty("who else a physician works for is not this tenant's business");
        page.ToJsonString().Should().NotContainAny(Practice.Number, "@example.com", other.ToString());
        (await (await server.Api.GetAsync($"physicians/{own.PhysicianId()}", staff.AccessToken)).ShouldBeAsync(
            200))["licences"]![0]!["number"]!.GetValue<string>().Should().Be(own.LicenceNumber());
        await (await server.Api.GetAsync($"physicians/{hidden.PhysicianId()}", staff.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
    }

    [Fact]
    public async Task Staff_of_the_platform_look_for_a_tenants_physicians_by_its_slug_or_id()
    {
        var admin = await server.SignInAsAsync(Role.Support);
        var tenant = (await server.OpenClinicAsync(slug: "searched-clinic")).Id;
        var physician = await server.RegisterPhysicianAsync(tenant);
        await server.SignInAtAsync(tenant, Role.Patient);

        (await ListAsync(admin, "?tenant=searched-clinic")).Ids().Should().Equal(physician.PhysicianId());
        (await ListAsync(admin, $"?tenant={tenant}")).Ids().Should().Equal(physician.PhysicianId());
        (await ListAsync(admin, "?tenant=no-such-clinic")).Ids().Should().BeEmpty();
        (await ListAsync(admin, "?tenant=%25")).Ids().Should().BeEmpty();
    }

    [Fact]
    public async Task Licences_that_were_imported_count_among_those_to_be_decided_and_rejected_ones_do_not()
    {
        var tenant = await NewTenantAsync();
        var staff = await server.SignInAtAsync(tenant, Role.Admin);
        var (imported, rejected) = (await server.RegisterPhysicianAsync(tenant), await server.RegisterPhysicianAsync(tenant));
        await server.ImportLicenceAsync(imported);
        await server.SetLicenceAsync(rejected, "unverified");

        var found = (await ListAsync(staff, "?licence=unverified"))["items"]!.AsArray();

        found.ToDictionary(item => item!["id"]!.GetValue<Guid>(), item => item!["pending_licences"]!.GetValue<int>())
            .Should().Equal(new Dictionary<Guid, int> { [imported.PhysicianId()] = 1, [rejected.PhysicianId()] = 0 });
    }

    [Fact]
    public async Task The_filters_find_what_they_say()
    {
        var tenant = await NewTenantAsync();
        var staff = await server.SignInAtAsync(tenant, Role.Support);
        var pending = await MakeAsync(tenant, "pending", language: "he-IL", specialty: "Cardiology");
        var verified = await MakeAsync(tenant, "verified", language: "fr", specialty: "100%_\\ pure");
        var suspended = await MakeAsync(tenant, "suspended", language: null, specialty: null);
        var past = await MakeAsync(tenant, "verified", expiresOn: server.Today().AddDays(-1), language: "hex", specialty: "1000_\\ pure");

        (await FoundAsync(staff, "status=verified")).Should().Equal(verified);
        (await FoundAsync(staff, "status=pending")).Should().Equal(past, suspended, pending);
        (await FoundAsync(staff, "licence=pending")).Should().Equal(pending);
        (await FoundAsync(staff, "licence=verified")).Should().Equal(verified);
        (await FoundAsync(staff, "licence=suspended")).Should().Equal(suspended);
        (await FoundAsync(staff, "licence=expired")).Should().Equal(past);
        (await FoundAsync(staff, "licence=unverified")).Should().BeEmpty();
        (await FoundAsync(staff, "available=true")).Should().Equal(verified);
        (await FoundAsync(staff, "available=false")).Should().Equal(past, suspended, pending);
        (await FoundAsync(staff, "language=he")).Should().Equal(pending);
        (await FoundAsync(staff, "language=HE-il")).Should().Equal(pending);
        (await FoundAsync(staff, "specialty=cARDIOLOGY")).Should().Equal(pending);
        (await FoundAsync(staff, "specialty=cardio")).Should().BeEmpty();
        (await FoundAsync(staff, "specialty=%25")).Should().BeEmpty();
        (await FoundAsync(staff, $"specialty={Uri.EscapeDataString("100%_\\ pure")}")).Should().Equal(verified);
    }

    [Theory]
    [InlineData("status", "unknown")]
    [InlineData("status", "VERIFIED")]
    [InlineData("licence", "good")]
    [InlineData("licence", "")]
    [InlineData("language", "%25")]
    [InlineData("language", "he_IL")]
    [InlineData("specialty", "a%00b")]
    [InlineData("specialty", "LONG")]
    [InlineData("tenant", "LONG")]
    [InlineData("tenant", "a%00b")]
    [InlineData("skip", "-1")]
    [InlineData("skip", "1000000000")]
    [InlineData("limit", "0")]
    [InlineData("limit", "101")]
    public async Task A_question_that_cannot_be_answered_is_refused_and_names_the_field(string field, string value)
    {
        var staff = await server.SignInAtAsync(await NewTenantAsync(), Role.Support);
        var query = $"?{field}={value.Replace("LONG", new string('a', 4_000), StringComparison.Ordinal)}";

        var problem =
            await (await server.Api.GetAsync("physicians" + query, staff.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        if (field is "language" or "specialty" or "skip" or "limit")
        {
            await (await server.Api.GetAsync("physicians/available" + query, staff.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
        }
    }

    [Theory]
    [InlineData("?available=perhaps")]
    [InlineData("?available=")]
    [InlineData("?after=x")]
    [InlineData("?limit=x")]
    public async Task A_question_that_cannot_be_read_is_refused(string query)
    {
        var staff = await server.SignInAtAsync(await NewTenantAsync(), Role.Support);

        await (await server.Api.GetAsync("physicians" + query, staff.AccessToken)).ShouldBeProblemAsync(ErrorCodes.BadRequest);
    }

    [Fact]
    public async Task Pages_hold_every_physician_once()
    {
        var tenant = await NewTenantAsync();
        var staff = await server.SignInAtAsync(tenant, Role.Admin);
        var all = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            all.Insert(0, await MakeAsync(tenant, "verified"));
        }

        foreach (var path in new[] { "physicians", "physicians/available" })
        {
            (await JsonPages.ReadFiveAsync(query => ListAsync(staff, "?" + query, path))).Should().Equal(all);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.3")]
    public async Task A_patient_finds_whom_to_turn_to_at_their_tenant_and_learns_nothing_more()
    {
        var (tenant, other) = (await NewTenantAsync(), await NewTenantAsync());
        var patient = await server.SignInAtAsync(tenant, Role.Patient);
        var here = await MakeAsync(tenant, "verified");
        await MakeAsync(other, "verified");
        await server.VerifiedPhysicianAsync();
        var onlyPatientHere = await server.VerifiedPhysicianAsync(other);
        await server.JoinAsync(onlyPatientHere.UserId, tenant, Role.Patient);

        var page = await ListAsync(patient, path: "physicians/available");

        page.Ids().Should().Equal(here);
        page["total"]!.GetValue<int>().Should().Be(1);
        page["items"]![0]!.AsObject().Select(member => member.Key).Should().BeEquivalentTo(PublicFields);
        (await ListAsync(patient, $"?tenant={other}", "physicians/available")).Ids().Should().Equal(here);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Without_a_tenant_one_finds_those_who_belong_to_none()
    {
        var free = await server.VerifiedPhysicianAsync();
        var bound = await server.VerifiedPhysicianAsync(await NewTenantAsync());
        var demoted = await server.VerifiedPhysicianAsync();
        await server.Database.ExecuteAsync("DELETE FROM user_roles WHERE user_id = @id", ("id", demoted.UserId));
        var patient = await server.Api.RegisterAsync();

        var found = (await ListAsync(patient, "?limit=100", "physicians/available")).Ids().ToList();

        found.Should().Contain(free.PhysicianId()).And.NotContain([bound.PhysicianId(), demoted.PhysicianId()]);
    }

    [Theory]
    [InlineData("UPDATE physicians SET accepting_patients = false WHERE id = @id")]
    [InlineData("UPDATE physicians SET private_pool = true WHERE id = @id")]
    [InlineData("UPDATE physicians SET vacation_mode = true WHERE id = @id")]
    [InlineData("UPDATE physicians SET vacation_mode = true, vacation_until = @today WHERE id = @id")]
    [InlineData("UPDATE licences SET state = 'pending' WHERE physician_id = @id")]
    [InlineData("UPDATE licences SET state = 'unverified' WHERE physician_id = @id")]
    [InlineData("UPDATE licences SET state = 'suspended' WHERE physician_id = @id")]
    [InlineData("UPDATE licences SET state = 'expired' WHERE physician_id = @id")]
    [InlineData("UPDATE licences SET expires_on = @today - 1 WHERE physician_id = @id")]
    [InlineData("DELETE FROM licences WHERE physician_id = @id")]
    [InlineData("UPDATE users SET status = 'disabled' WHERE id = (SELECT user_id FROM physicians WHERE id = @id)")]
    [InlineData("UPDATE memberships SET role = 'patient' WHERE user_id = (SELECT user_id FROM physicians WHERE id = @id)")]
    public async Task Nobody_is_sent_to_a_physician_who_cannot_see_them(string sql)
    {
        var tenant = await NewTenantAsync();
        var patient = await server.SignInAtAsync(tenant, Role.Patient);
        var (stays, goes) = (await MakeAsync(tenant, "verified"), await MakeAsync(tenant, "verified"));

        await server.Database.ExecuteAsync(sql, ("id", goes), ("today", server.Today()));

        (await ListAsync(patient, path: "physicians/available")).Ids().Should().Equal(stays);
    }

    [Fact]
    public async Task A_physician_is_found_again_the_day_after_the_vacation()
    {
        var tenant = await NewTenantAsync();
        var patient = await server.SignInAtAsync(tenant, Role.Patient);
        var physician = await MakeAsync(tenant, "verified");
        await server.Database.ExecuteAsync(
            "UPDATE physicians SET vacation_mode = true, vacation_until = @today - 1 WHERE id = @id", ("id", physician),
            ("today", server.Today()));

        (await ListAsync(patient, path: "physicians/available")).Ids().Should().Equal(physician);
    }

    private async Task<Guid> MakeAsync(
        Guid tenant, string state, DateOnly? expiresOn = null, string? language = "en", string? specialty = "surgery")
    {
        // Ids created in the same millisecond have no order.
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var physician = await server.RegisterPhysicianAsync(tenant);
        await server.SetLicenceAsync(physician, state, expiresOn);
        await server.Database.ExecuteAsync(
            "UPDATE physicians SET language_preference = @language, specialty = @specialty WHERE user_id = @id",
            ("id", physician.UserId), ("language", (object?)language ?? DBNull.Value), ("specialty", (object?)specialty ?? DBNull.Value));
        return physician.PhysicianId();
    }

    private async Task<Guid> NewTenantAsync() => (await server.OpenClinicAsync()).Id;

    private async Task<IEnumerable<Guid>> FoundAsync(SignedIn staff, string query) => (await ListAsync(staff, "?" + query)).Ids();

    private async Task<JsonNode> ListAsync(SignedIn person, string query = "", string path = "physicians") =>
        await (await server.Api.GetAsync(path + query, person.AccessToken)).ShouldBeAsync(200);
}
