using System.Text.Json.Nodes;
using AuthServer.AuditTrail;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Physicians;

public sealed class OwnLicenceTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    public async Task A_licence_is_pending_when_it_is_given_and_carries_no_role()
    {
        var physician = await server.RegisterPhysicianAsync();

        var licence =
            await (await AddAsync(physician, new { jurisdiction = "US-NY", number = " 99-7 ", expires_on = "2090-01-31" })).ShouldBeAsync(
                201);

        licence["state"]!.GetValue<string>().Should().Be("pending");
        (licence["jurisdiction"]!.GetValue<string>(), licence["number"]!.GetValue<string>(), licence["expires_on"]!.GetValue<string>())
            .Should().Be(("US-NY", "99-7", "2090-01-31"));
        (await StatesAsync(physician)).Should().Equal("pending", "pending");
        (await server.Api.LoginAsync(physician.Email)).Roles().Should().BeEmpty();
        (await server.AuditedAsync(AuditEvents.LicenceChanged, physician)).Should().Be($"success|{physician.UserId}|submitted: US-NY");
    }

    [Theory]
    [InlineData("pending", false)]
    [InlineData("verified", false)]
    [InlineData("suspended", false)]
    [InlineData("unverified", true)]
    [InlineData("expired", true)]
    public async Task There_is_one_licence_for_a_jurisdiction_and_only_one_that_counts_for_nothing_gives_way(string state, bool givesWay)
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.SetLicenceAsync(physician, state);

        var answer = await AddAsync(physician, new { jurisdiction = "IL", number = "new-1" });

        if (givesWay)
        {
            (await answer.ShouldBeAsync(201))["number"]!.GetValue<string>().Should().Be("new-1");
            (await StatesAsync(physician)).Should().Equal("pending");
        }
        else
        {
            await answer.ShouldBeProblemAsync(ErrorCodes.LicenceState);
            (await StatesAsync(physician)).Should().Equal(state);
        }
    }

    [Theory]
    [Trait("ASVS", "2.3.1")]
    [InlineData("pending", true, true)]
    [InlineData("unverified", true, true)]
    [InlineData("expired", true, false)]
    [InlineData("verified", false, false)]
    [InlineData("suspended", false, false)]
    public async Task What_an_administrator_has_decided_is_not_the_physicians_to_change(string state, bool changes, bool goes)
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.SetLicenceAsync(physician, state);

        var changed = await ChangeAsync(physician, physician.LicenceId(), """{"number":"other-1"}""");
        await server.SetLicenceAsync(physician, state);
        var withdrawn = await WithdrawAsync(physician, physician.LicenceId());

        if (changes)
        {
            (await changed.ShouldBeAsync(200))["state"]!.GetValue<string>().Should().Be("pending");
        }
        else
        {
            await changed.ShouldBeProblemAsync(ErrorCodes.LicenceState);
        }

        if (goes)
        {
            await withdrawn.ShouldBeAsync(204);
        }
        else
        {
            await withdrawn.ShouldBeProblemAsync(ErrorCodes.LicenceState);
        }

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM licences WHERE id = @id", ("id", physician.LicenceId()))).Should()
            .Be(goes ? 0 : 1);
    }

    [Fact]
    public async Task A_licence_past_its_last_day_can_be_renewed_before_anything_has_noticed_and_its_tokens_end()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.SetLicenceAsync(physician, "verified", server.Today());
        var signedIn = await server.Api.LoginAsync(physician.Email);
        var untilMidnight =
            server.Today().AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - server.Clock.GetUtcNow().UtcDateTime;
        server.Clock.Advance(untilMidnight);
        signedIn = await SignedIn.ReadAsync(await server.Api.RefreshAsync((await server.Api.LoginAsync(signedIn.Email)).RefreshToken));

        (await StatesAsync(signedIn)).Should().Equal("expired");
        await (await ChangeAsync(signedIn, physician.LicenceId(), """{"number":"other-2"}""")).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        var renewed =
            await (await ChangeAsync(
                signedIn, physician.LicenceId(), $$"""{"expires_on":"{{server.Today().AddYears(1):yyyy-MM-dd}}"}""")).ShouldBeAsync(200);

        renewed["state"]!.GetValue<string>().Should().Be("pending");
        await server.RefusedAsync(signedIn);
    }

    [Fact]
    public async Task A_rejected_licence_is_sent_again_without_the_reason_that_stood_on_it()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Database.ExecuteAsync(
            "UPDATE licences SET state = 'unverified', reason = 'blurred' WHERE id = @id", ("id", physician.LicenceId()));

        var same = await (await ChangeAsync(physician, physician.LicenceId(), "{}")).ShouldBeAsync(200);
        var number = $$"""{"number":"{{physician.LicenceNumber()}}"}""";
        var sent = await (await ChangeAsync(physician, physician.LicenceId(), number)).ShouldBeAsync(200);

        (same["state"]!.GetValue<string>(), same["reason"]!.GetValue<string>()).Should().Be(("unverified", "blurred"));
        (sent["state"]!.GetValue<string>(), sent["reason"]).Should().Be(("pending", (JsonNode?)null));
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Another_physicians_licence_is_not_there()
    {
        var (physician, other) = (await server.RegisterPhysicianAsync(), await server.RegisterPhysicianAsync());

        foreach (var id in new[] { other.LicenceId().ToString(), physician.PhysicianId()
            .ToString(), physician.UserId.ToString(), "1", physician.LicenceId().ToString("N"), "' or 1=1--" })
        {
            await (await ChangeAsync(physician, id, """{"number":"stolen"}""")).ShouldBeProblemAsync(ErrorCodes.NotFound);
            await (await WithdrawAsync(physician, id)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        }

        (await StatesAsync(other)).Should().Equal("pending");
    }

    [Fact]
    public async Task A_change_of_jurisdiction_does_not_take_the_place_of_another_licence()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.SetLicenceAsync(physician, "suspended");
        var other = await (await AddAsync(physician, new { jurisdiction = "FR", number = "2" })).ShouldBeAsync(201);

        var answer = await ChangeAsync(physician, other["id"]!.GetValue<Guid>(), """{"jurisdiction":"IL"}""");

        await answer.ShouldBeProblemAsync(ErrorCodes.LicenceState);
    }

    [Theory]
    [InlineData("number", "null")]
    [InlineData("number", "\" \"")]
    [InlineData("number", "\"1\\u00002\"")]
    [InlineData("number", "\"1\\n2\"")]
    [InlineData("number", "LONG")]
    [InlineData("number", "7")]
    [InlineData("jurisdiction", "\"\"")]
    [InlineData("jurisdiction", "\"il\"")]
    [InlineData("jurisdiction", "\"Israel\"")]
    [InlineData("jurisdiction", "\"US-\"")]
    [InlineData("jurisdiction", "\"\\u0406L\"")]
    [InlineData("expires_on", "\"2000-01-01\"")]
    [InlineData("expires_on", "\"2027-02-31\"")]
    [InlineData("expires_on", "\"9999-12-31\"")]
    [InlineData("expires_on", "\"2027-01-01T00:00:00Z\"")]
    public async Task A_detail_that_is_not_acceptable_is_named(string field, string value)
    {
        var physician = await server.RegisterPhysicianAsync();
        var body =
            new JsonObject
            {
                ["number"] = "1",
                ["jurisdiction"] = "FR",
                [field] = JsonNode.Parse(value.Replace("LONG", $"\"{new string('1', 10_000)}\"", StringComparison.Ordinal))
            }.ToJsonString();

        var added = await (await AddAsync(physician, body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        var changed = await (await ChangeAsync(physician, physician.LicenceId(), body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        added.InvalidFields().Should().Equal(field);
        changed.InvalidFields().Should().Equal(field);
        (await StatesAsync(physician)).Should().Equal("pending");
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("state")]
    [InlineData("verified_by")]
    [InlineData("verified_at")]
    [InlineData("reason")]
    [InlineData("physician_id")]
    public async Task Nobody_verifies_their_own_licence_by_saying_so(string member)
    {
        var physician = await server.RegisterPhysicianAsync();

        await (await AddAsync(physician, $"{{\"number\":\"1\",\"{member}\":\"verified\"}}")).ShouldBeProblemAsync(ErrorCodes.UnknownField);
        await (await ChangeAsync(physician, physician.LicenceId(), $"{{\"{member}\":\"verified\"}}")).ShouldBeProblemAsync(
            ErrorCodes.UnknownField);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_several_licences_for_one_jurisdiction_at_once_one_is_made()
    {
        var physician = await server.RegisterPhysicianAsync();

        var answers =
            await Task.WhenAll(
                Enumerable.Range(0, 8).Select(number => AddAsync(physician, new { jurisdiction = "FR", number = $"{number}" })));

        answers.Select(answer => (int)answer.StatusCode).Order().Should().Equal(201, 409, 409, 409, 409, 409, 409, 409);
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task Nobody_fills_the_table_with_licences()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Database.ExecuteAsync(
            "INSERT INTO licences (id, physician_id, jurisdiction, number, state) SELECT gen_random_uuid(), @id, 'US-' || n, '1', "
                + "'pending' FROM generate_series(100, 148) n", ("id", physician.PhysicianId()));

        var problem =
            await (await AddAsync(physician, new { jurisdiction = "FR", number = "1" })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("jurisdiction");
    }

    private Task<HttpResponseMessage> AddAsync(SignedIn physician, object body) =>
        server.Api.PostAsync("physicians/me/licences", body, physician.AccessToken);

    private Task<HttpResponseMessage> ChangeAsync(SignedIn physician, object id, string body) =>
        server.Api.MergeAsync($"physicians/me/licences/{id}", body, physician.AccessToken);

    private Task<HttpResponseMessage> WithdrawAsync(SignedIn physician, object id) =>
        server.Api.SendAsync(HttpMethod.Delete, $"physicians/me/licences/{id}", bearer: physician.AccessToken);

    private async Task<IEnumerable<string>> StatesAsync(SignedIn physician) =>
        (await (await server.Api.GetAsync("physicians/me", physician.AccessToken)).ShouldBeAsync(200))["licences"]!.AsArray()
            .Select(licence => licence!["state"]!.GetValue<string>());
}
