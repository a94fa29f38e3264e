using System.Globalization;
using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.AuditTrail;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.AuditSearch;

public sealed class AuditListTests(AuditServer server) : IClassFixture<AuditServer>
{
    [Fact]
    public async Task Events_are_listed_newest_first_with_all_that_they_say_and_no_more()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        var page = await ListAsync(admin, $"user={person.UserId}");

        Types(page).Should().Equal("session.started", "user.registered");
        page["total"]!.GetValue<int>().Should().Be(2);
        page["total_is_exact"]!.GetValue<bool>().Should().BeTrue();
        page["next"].Should().BeNull();
        var item = page["items"]![0]!.AsObject();
        item
            .Select(member => member.Key)
            .Should()
            .Equal(
                "id", "type", "outcome", "occurred_at", "actor_id", "user_id", "tenant_id", "session_id", "ip_address", "user_agent",
                "request_id", "reason", "detail", "erased");
        item["session_id"]!.GetValue<Guid>().Should().Be(person.SessionId);
        item["actor_id"]!.GetValue<Guid>().Should().Be(person.UserId);
        item["ip_address"]!.GetValue<string>().Should().Be("127.0.0.1");
        item["erased"]!.GetValue<bool>().Should().BeFalse();
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Administrators_of_a_tenant_see_what_happened_there_and_nothing_else()
    {
        var (clinic, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var (admin, elsewhere) = (await server.SignInAtAsync(Role.Admin, clinic), await server.SignInAtAsync(Role.Admin, other));
        var patient = await server.SignInAtAsync(Role.Patient, clinic);
        (await server.Api.PostAsync(
            $"users/{patient.UserId}/open", new { reason = "asked by telephone" }, admin.AccessToken)).EnsureSuccessStatusCode();

        Types(await ListAsync(admin, $"user={patient.UserId}&type=user.opened")).Should().Equal("user.opened");
        Types(await ListAsync(elsewhere, $"user={patient.UserId}")).Should().BeEmpty();
        Types(await ListAsync(elsewhere, $"actor={admin.UserId}")).Should().BeEmpty();
        (await ListAsync(admin, "limit=100"))["items"]!
            .AsArray()
            .Select(item => item!["tenant_id"]?.GetValue<Guid>())
            .Distinct()
            .Should()
            .Equal(clinic.Id);
        (await ListAsync(elsewhere, "limit=100&from=2000-01-01T00:00:00Z"))["items"]!
            .AsArray()
            .Select(item => item!["tenant_id"]?.GetValue<Guid>())
            .Should()
            .NotContain(clinic.Id);
    }

    [Fact]
    public async Task Each_filter_finds_what_it_says_and_together_they_find_what_all_say()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();
        await server.Api.PostAsync("auth/login", new { email = person.Email, password = "not the password" });
        var again = await server.Api.LoginAsync(person.Email);
        (await server.Api.PostAsync(
            $"users/{person.UserId}/open", new { reason = "asked by telephone" }, admin.AccessToken)).EnsureSuccessStatusCode();
        var of = $"user={person.UserId}";

        Types(await ListAsync(admin, of)).Should().Equal(
            "user.opened", "session.started", "sign_in.failed", "session.started", "user.registered");
        Types(await ListAsync(admin, $"{of}&type=session.started")).Should().Equal("session.started", "session.started");
        Types(await ListAsync(admin, $"{of}&type=user.*")).Should().Equal("user.opened", "user.registered");
        Types(await ListAsync(admin, $"{of}&outcome=failure")).Should().Equal("sign_in.failed");
        Types(await ListAsync(admin, $"{of}&session={again.SessionId}")).Should().Equal("session.started");
        Types(await ListAsync(admin, $"{of}&actor={admin.UserId}")).Should().Equal("user.opened");
        Types(await ListAsync(admin, $"actor={admin.UserId}&session={admin.SessionId}&type=user.*&outcome=success")).Should()
            .Equal("user.opened");
        Types(await ListAsync(admin, $"{of}&type=user.*&outcome=failure")).Should().BeEmpty();
        Types(await ListAsync(admin, $"user={Guid.NewGuid()}")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("from=0001-01-01T00:00:00Z")]
    [InlineData("to=9999-12-31T23:59:59Z")]
    [InlineData("to=9999-12-31T23:59:59.9999999Z")]
    [InlineData("to=9999-12-31T23:59:59.999999999999Z")]
    [InlineData("from=2001-11-01T00:00:00.123456789Z")]
    [InlineData("from=2001-11-01T00:00:00.12345678%2B02:00")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z")]
    public async Task From_the_first_to_the_last_of_all_days_is_everything(string span)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        Types(await ListAsync(admin, $"actor={admin.UserId}&{span}"))
            .Should()
            .NotBeEmpty().And
            .Equal(Types(await ListAsync(admin, $"actor={admin.UserId}")));
    }

    [Fact]
    public async Task What_begins_on_the_last_day_or_ends_on_the_first_is_nothing()
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        Types(await ListAsync(admin, "from=9999-12-31T23:59:59Z")).Should().BeEmpty();
        Types(await ListAsync(admin, "to=0001-01-01T00:00:00Z")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("user=7", "user")]
    [InlineData("user=", "user")]
    [InlineData("user={0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f}", "user")]
    [InlineData("actor=%00", "actor")]
    [InlineData("actor='%20OR%201=1--", "actor")]
    [InlineData("session=0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "session")]
    [InlineData("user=0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f&session=x", "session")]
    [InlineData("type=nothing.such", "type")]
    [InlineData("type=", "type")]
    [InlineData("type=*", "type")]
    [InlineData("type=.*", "type")]
    [InlineData("type=user*", "type")]
    [InlineData("type=SESSION.STARTED", "type")]
    [InlineData("outcome=maybe", "outcome")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-11-21", "from")]
    [InlineData("from=2026-11-21T08:30:00", "from")]
    [InlineData("from=2026-02-30T08:30:00Z", "from")]
    [InlineData("from=2026-02-30T08:30:00.123456789Z", "from")]
    [InlineData("from=2026-11-21T08:30:00.123456789", "from")]
    [InlineData("from=2026-11-21T08:30:00.12345678xZ", "from")]
    [InlineData("from=2026-11-21T08:30:00.1234567%D9%A1Z", "from")]
    [InlineData("to=2026-11-21T08:30:00+02:00", "to")]
    [InlineData("to=0001-01-01T00:00:00%2B14:00", "to")]
    [InlineData("from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z", "from")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("skip=-1", "skip")]
    [InlineData("skip=10001", "skip")]
    public async Task What_makes_no_sense_is_refused_with_the_name_of_the_field(string query, string field)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.Api.GetAsync($"audit-events?{query}", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Fact]
    public async Task Ten_kilobytes_in_a_filter_are_refused()
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await server.Api.GetAsync($"audit-events?type={new string('a', 7000)}", admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        await (await server.Api.GetAsync("audit-events?after=x", admin.AccessToken)).ShouldBeAsync(400);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_while_more_is_recorded()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = Guid.NewGuid();
        await RecordAsync(person, 25, "now()");
        var seen = new List<long>();
        var query = $"user={person}&limit=10";

        for (var next = "first"; next is not null;)
        {
            var page = await ListAsync(admin, next == "first" ? query : $"{query}&after={next}");
            seen.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<long>()));
            next = page["next"]?.ToString();
            await RecordAsync(person, 1, "now()");
        }

        seen.Should().HaveCount(25).And.BeInDescendingOrder().And.OnlyHaveUniqueItems();
        (await ListAsync(admin, $"{query}&skip=20"))["items"]!.AsArray().Should().HaveCount(8);
    }

    [Fact]
    public async Task Beyond_a_thousand_the_total_says_that_there_are_more()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = Guid.NewGuid();
        await RecordAsync(person, 1000, "now()");

        var exact = await ListAsync(admin, $"user={person}&type=user.*");
        await RecordAsync(person, 1, "now()");
        var more = await ListAsync(admin, $"user={person}&type=user.*");

        (exact["total"]!.GetValue<int>(), exact["total_is_exact"]!.GetValue<bool>()).Should().Be((1000, true));
        (more["total"]!.GetValue<int>(), more["total_is_exact"]!.GetValue<bool>()).Should().Be((1000, false));
    }

    // Twelve thousand events over five months, so that the ids of a day must be searched, and one with a clock that was years off.
    [Fact]
    public async Task Of_a_span_of_time_all_is_found_and_nothing_else()
    {
        await using var own = await StartedServer.StartAsync(adjust: settings => settings["Audit:SealInterval"] = "01:00:00");
        var admin = await own.SignInAsAsync(Role.Admin);
        await own.Database.ExecuteAsync("""
            INSERT INTO audit_events (type, outcome, occurred_at)
            SELECT CASE WHEN n % 2 = 0 THEN 'user.opened' ELSE 'session.ended' END, 'success',
                CASE WHEN n % 1000 = 500 THEN timestamptz '2001-01-01Z'
                    ELSE timestamptz '2026-01-01Z' + n * interval '20 minutes' + (n % 7) * interval '5 minutes' END
            FROM generate_series(1, 12000) AS n
            """);

        foreach (var (from, to) in new[]
        {
            ("2026-02-03T00:00:00Z", "2026-02-04T00:00:00Z"),
            ("2026-01-01T00:00:00Z", "2026-01-01T12:00:00Z"),
            ("2026-06-16T00:00:00Z", "2026-06-16T17:10:00Z"),
            ("2025-06-16T00:00:00Z", "2025-06-16T17:10:00Z"),
            ("2026-03-01T00:00:00.5%2B02:00", "2026-03-02T00:00:00Z")
        })
        {
            var expected =
                await own.Database.QueryAsync<long[]>(
                    "SELECT coalesce(array_agg(id ORDER BY id DESC), '{}') FROM audit_events WHERE occurred_at >= @from AND occurred_at "
                        + "< @to AND type = 'user.opened'",
                ("from", Time(from)), ("to", Time(to)));
            var page =
                await (await own.Api.GetAsync($"audit-events?limit=100&from={from}&to={to}&type=user.*", admin.AccessToken)).ShouldBeAsync(
                    200);
            page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<long>()).Should().Equal(expected.Take(100));
            page["total"]!.GetValue<int>().Should().Be(expected.Length);
        }
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text.Replace("%2B", "+", StringComparison.Ordinal), CultureInfo.InvariantCulture).ToUniversalTime();

    private static IEnumerable<string> Types(JsonNode page) => page["items"]!.AsArray().Select(item => item!["type"]!.GetValue<string>());

    private async Task<JsonNode> ListAsync(SignedIn who, string query) =>
        await (await server.Api.GetAsync($"audit-events?{query}", who.AccessToken)).ShouldBeAsync(200);

    private Task<int> RecordAsync(Guid person, int count, string when) => server.Database.ExecuteAsync(
        $"INSERT INTO audit_events (type, outcome, occurred_at, subject_id) SELECT 'user.opened', 'success', {when}, @person "
            + $"FROM generate_series(1, {count})", ("person", person));
}
