using System.Text.Json.Nodes;
using AuthServer.AuditTrail;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Physicians;

public sealed class OwnProfileTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static readonly string[] Fields =
    [
        "id", "user_id", "full_name", "status", "language_preference", "private_pool", "vacation_mode", "vacation_until",
            "accepting_patients", "specialty", "licences",
    ];

    [Fact]
    public async Task A_physician_sees_their_profile_before_and_after_the_licence_is_verified()
    {
        var physician = await server.RegisterPhysicianAsync();

        var pending = await GetAsync(physician);
        await server.SetLicenceAsync(physician, "verified");
        var verified = await GetAsync(physician);

        pending.AsObject().Select(member => member.Key).Should().BeEquivalentTo(Fields);
        pending["id"]!.GetValue<Guid>().Should().Be(physician.PhysicianId());
        pending["user_id"]!.GetValue<Guid>().Should().Be(physician.UserId);
        pending["full_name"]!.GetValue<string>().Should().Be("Noa Cohen");
        (pending["status"]!.GetValue<string>(), verified["status"]!.GetValue<string>()).Should().Be(("pending", "verified"));
        pending["licences"]![0]!["number"]!.GetValue<string>().Should().Be(physician.LicenceNumber());
    }

    [Theory]
    [Trait("ASVS", "8.2.2")]
    [InlineData("GET", "physicians/me")]
    [InlineData("PATCH", "physicians/me")]
    [InlineData("POST", "physicians/me/licences")]
    public async Task Whoever_has_no_professional_profile_finds_none(string method, string path)
    {
        var patient = await server.Api.RegisterAsync();

        var answer =
            await server.Api.SendAsync(
                new HttpMethod(method), path,
                method == "GET" ? null : method == "POST" ? """{"number":"1"}""" : """{"specialty":"x"}""", patient.AccessToken);

        await answer.ShouldBeProblemAsync(ErrorCodes.NotFound);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM physicians WHERE user_id = @id", ("id", patient.UserId))).Should()
            .Be(0);
    }

    [Fact]
    public async Task A_merge_patch_changes_what_is_given_and_null_clears_it()
    {
        var physician = await server.RegisterPhysicianAsync();

        var changed =
            await (await PatchAsync(
                physician,
                """{"private_pool":true,"accepting_patients":false,"specialty":" neurology ","language_preference":"en-GB"}"""))
                    .ShouldBeAsync(200);
        var cleared = await (await PatchAsync(physician, """{"specialty":null,"language_preference":null}""")).ShouldBeAsync(200);

        (changed["private_pool"]!.GetValue<string>(), changed["accepting_patients"]!.GetValue<bool>()).Should().Be(("private", false));
        (changed["specialty"]!.GetValue<string>(), changed["language_preference"]!.GetValue<string>()).Should().Be(("neurology", "en-GB"));
        (cleared["specialty"], cleared["language_preference"]).Should().Be(((JsonNode?)null, (JsonNode?)null));
        cleared["private_pool"]!.GetValue<string>().Should().Be("private");
        (await GetAsync(physician)).ToJsonString().Should().Be(cleared.ToJsonString());
    }

    [Theory]
    [InlineData("\" North \"", "North")]
    [InlineData("true", "Old")]
    [InlineData("false", null)]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    public async Task A_private_pool_has_a_name_and_the_boolean_of_old_is_still_understood(string sent, string? name)
    {
        var physician = await server.RegisterPhysicianAsync();
        await (await PatchAsync(physician, """{"private_pool":"Old"}""")).ShouldBeAsync(200);

        await (await PatchAsync(physician, $$"""{"private_pool":{{sent}}}""")).ShouldBeAsync(200);

        ((string?)(await GetAsync(physician))["private_pool"]).Should().Be(name);
        ((string?)(await (await server.Api.GetAsync("auth/me", physician.AccessToken)).ShouldBeAsync(200))["physician"]!["private_pool"])
            .Should().Be(name);
        (await server.Database.QueryAsync<bool>(
            "SELECT private_pool FROM physicians WHERE user_id = @id", ("id", physician.UserId))).Should().Be(
                name is not null, "the previous version reads this column");
    }

    [Theory]
    [InlineData(true, "private")]
    [InlineData(false, null)]
    public async Task What_the_previous_version_wrote_decides_whether_there_is_a_pool(bool isPrivate, string? name)
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Database.ExecuteAsync(
            "UPDATE physicians SET private_pool = @private, private_pool_name = CASE WHEN NOT @private THEN 'North' END "
                + "WHERE user_id = @id",
            ("private", isPrivate), ("id", physician.UserId));

        ((string?)(await GetAsync(physician))["private_pool"]).Should().Be(name);
    }

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task A_change_is_audited_with_the_names_of_the_fields_and_nothing_is_where_nothing_changed()
    {
        var physician = await server.RegisterPhysicianAsync();

        await PatchAsync(physician, """{"specialty":"neurology","private_pool":true}""");
        await PatchAsync(physician, """{"specialty":"neurology"}""");
        await PatchAsync(physician, """{}""");

        (await server.AuditedAsync(AuditEvents.PhysicianChanged, physician)).Should()
            .Be($"success|{physician.UserId}|private_pool specialty");
    }

    [Fact]
    public async Task A_vacation_ends_by_itself_the_day_after_its_last()
    {
        var physician = await server.RegisterPhysicianAsync();
        var last = server.Today().AddDays(3);

        var away = await (await PatchAsync(physician, $$"""{"vacation_until":"{{last:yyyy-MM-dd}}"}""")).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromDays(3));
        var onLastDay = await GetAsync(await server.Api.LoginAsync(physician.Email));
        server.Clock.Advance(TimeSpan.FromDays(1));
        var signedIn = await server.Api.LoginAsync(physician.Email);
        var after = await GetAsync(signedIn);

        (away["vacation_mode"]!.GetValue<bool>(), onLastDay["vacation_mode"]!.GetValue<bool>(),
            after["vacation_mode"]!.GetValue<bool>()).Should().Be((true, true, false));
        (onLastDay["vacation_until"]!.GetValue<string>(), after["vacation_until"]).Should().Be(($"{last:yyyy-MM-dd}", (JsonNode?)null));
        var me = signedIn.User!["physician"]!;
        (me["vacation_mode"]!.GetValue<bool>(), me["vacation_until"]).Should().Be((false, (JsonNode?)null));
        (await (await PatchAsync(signedIn, """{"vacation_mode":true}""")).ShouldBeAsync(200))["vacation_until"].Should()
            .BeNull("the next vacation has no last day yet");
    }

    [Fact]
    public async Task Coming_back_clears_the_last_day_and_clearing_it_leaves_one_away()
    {
        var physician = await server.RegisterPhysicianAsync();
        await PatchAsync(physician, $$"""{"vacation_mode":true,"vacation_until":"{{server.Today():yyyy-MM-dd}}"}""");

        var endless = await (await PatchAsync(physician, """{"vacation_until":null}""")).ShouldBeAsync(200);
        await PatchAsync(physician, $$"""{"vacation_until":"{{server.Today():yyyy-MM-dd}}"}""");
        var back = await (await PatchAsync(physician, """{"vacation_mode":false}""")).ShouldBeAsync(200);

        (endless["vacation_mode"]!.GetValue<bool>(), endless["vacation_until"]).Should().Be((true, (JsonNode?)null));
        (back["vacation_mode"]!.GetValue<bool>(), back["vacation_until"]).Should().Be((false, (JsonNode?)null));
    }

    [Theory]
    [InlineData("vacation_until", "\"2000-01-01\"")]
    [InlineData("vacation_until", "\"2027-02-31\"")]
    [InlineData("vacation_until", "\"9999-12-31\"")]
    [InlineData("vacation_until", "\"10000-01-01\"")]
    [InlineData("vacation_until", "\"tomorrow\"")]
    [InlineData("vacation_until", "20270101")]
    [InlineData("vacation_mode", "\"true\"")]
    [InlineData("private_pool", "7")]
    [InlineData("private_pool", "\"\\u202E\"")]
    [InlineData("accepting_patients", "1")]
    [InlineData("language_preference", "\"hebrew please\"")]
    [InlineData("language_preference", "\"\"")]
    [InlineData("specialty", "\"\\u0000\"")]
    [InlineData("specialty", "\"\\u202E\"")]
    [InlineData("specialty", "LONG")]
    public async Task A_field_that_is_not_acceptable_is_named_and_nothing_changes(string field, string value)
    {
        var physician = await server.RegisterPhysicianAsync();
        var before = await GetAsync(physician);

        var problem =
            await (await PatchAsync(
                physician, $"{{\"{field}\":{value.Replace("LONG", $"\"{new string('x', 10_000)}\"", StringComparison.Ordinal)}}}"))
                    .ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        (await GetAsync(physician)).ToJsonString().Should().Be(before.ToJsonString());
    }

    [Fact]
    public async Task A_last_day_without_a_vacation_is_refused()
    {
        var physician = await server.RegisterPhysicianAsync();

        var problem =
            await (await PatchAsync(physician, """{"vacation_mode":false,"vacation_until":"2098-01-01"}""")).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("vacation_until");
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("status")]
    [InlineData("licences")]
    [InlineData("id")]
    [InlineData("user_id")]
    [InlineData("full_name")]
    [InlineData("verified_by")]
    public async Task Nobody_writes_what_is_not_theirs_to_write(string member)
    {
        var physician = await server.RegisterPhysicianAsync();

        await (await PatchAsync(physician, $"{{\"{member}\":\"verified\"}}")).ShouldBeProblemAsync(ErrorCodes.UnknownField);
    }

    private async Task<JsonNode> GetAsync(SignedIn physician) =>
        await (await server.Api.GetAsync("physicians/me", physician.AccessToken)).ShouldBeAsync(200);

    private Task<HttpResponseMessage> PatchAsync(SignedIn physician, string body) =>
        server.Api.MergeAsync("physicians/me", body, physician.AccessToken);
}
