using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.AuditTrail;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.AuditSearch;

public sealed class AuditExportTests(AuditServer server) : IClassFixture<AuditServer>
{
    private static readonly string[] Reading = ["audit:read"];
    private static readonly string[] ReadingPeople = ["users:read"];

    [Fact]
    public async Task Everything_that_was_recorded_is_exported_oldest_first_a_line_each()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.RecordAsync(4500);
        var ids = await server.Database.QueryAsync<long[]>("SELECT array_agg(id ORDER BY id) FROM audit_events");

        var response = await server.Api.GetAsync("audit-events/export", admin.AccessToken);
        var lines = await LinesAsync(response);

        response.Content.Headers.ContentType!.MediaType.Should().Be("application/x-ndjson");
        // The export itself is the last of them.
        lines.Select(line => line["id"]!.GetValue<long>()).Should().StartWith(ids).And.HaveCount(ids.Length + 1);
        lines[^1]["type"]!.GetValue<string>().Should().Be("audit.exported");
        lines.Should().OnlyContain(line => line.Count == 14);
        lines.Single(line => line["id"]!.GetValue<long>() == ids[^1])["detail"]!.GetValue<string>().Should().Be("detail 4500");
    }

    [Fact]
    public async Task An_export_has_the_same_filters_and_is_recorded_with_them()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        var lines =
            await LinesAsync(
                await server.Api.GetAsync(
                    $"audit-events/export?user={person.UserId}&type=session.*&from=2026-01-01T00:00:00Z", admin.AccessToken));

        lines.Select(line => line["type"]!.GetValue<string>()).Should().Equal("session.started");
        (await server.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE type = 'audit.exported' AND actor_id = @actor AND subject_id = @subject",
            ("actor", admin.UserId), ("subject", person.UserId)))
            .Should().Be("user type=session.* from=2026-01-01T00:00:00Z");
        await (await server.Api.GetAsync("audit-events/export?from=now", admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Administrators_of_a_tenant_export_what_happened_there()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);
        await server.RecordAsync(10);

        var lines = await LinesAsync(await server.Api.GetAsync("audit-events/export", admin.AccessToken));

        lines.Should().NotBeEmpty().And.OnlyContain(line => line["tenant_id"]!.GetValue<Guid>() == clinic.Id);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_key_with_the_scope_reads_and_exports_as_far_as_its_tenant_and_is_named_as_the_one_who_did()
    {
        var (clinic, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var admin = await server.SignInAtAsync(Role.Admin, clinic);
        await server.SignInAtAsync(Role.Patient, other);
        var key = await server.MakeKeyAsync(admin, new { scopes = Reading });
        var without = await server.MakeKeyAsync(admin, new { scopes = ReadingPeople });

        var listed = await (await server.Api.GetWithKeyAsync("audit-events?limit=100", key.Text)).ShouldBeAsync(200);
        var exported = await LinesAsync(await server.Api.GetAsync("audit-events/export", await server.Api.ExchangeAsync(key.Text)));

        listed["items"]!.AsArray().Should().NotBeEmpty().And.OnlyContain(item => item!["tenant_id"]!.GetValue<Guid>() == clinic.Id);
        exported.Should().OnlyContain(line => line["tenant_id"]!.GetValue<Guid>() == clinic.Id);
        exported[^1]["actor_id"]!.GetValue<Guid>().Should().Be(key.Id);
        await (await server.Api.GetWithKeyAsync("audit-events", without.Text)).ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
        await (await server.Api.GetWithKeyAsync("audit-events/export", without.Text)).ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
    }

    // Otherwise administrators could make their own log name another tenant's patients.
    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task An_export_about_somebody_elses_patient_is_recorded_without_the_id()
    {
        var admin = await server.SignInAtAsync(Role.Admin, await server.OpenClinicAsync());
        var stranger = await server.SignInAtAsync(Role.Patient, await server.OpenClinicAsync());

        (await LinesAsync(await server.Api.GetAsync($"audit-events/export?user={stranger.UserId}", admin.AccessToken))).Should().BeEmpty();

        (await server.Database.QueryAsync<string>(
            "SELECT row_to_json(a)::text FROM audit_events a WHERE type = 'audit.exported' AND actor_id = @actor",
            ("actor", admin.UserId)))
            .Should().Contain("\"detail\":\"user\"").And.NotContain(stranger.UserId.ToString());
    }

    [Fact]
    public async Task Names_in_any_script_are_written_as_they_are()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = Guid.NewGuid();
        await server.Database.ExecuteAsync(
            "INSERT INTO audit_events (type, outcome, occurred_at, subject_id, detail) VALUES ('user.opened', 'success', now(), @person, "
                + "E'דנה \"לוי\"\nsecond line')",
            ("person", person));

        var text =
            await (await server.Api.GetAsync(
                $"audit-events/export?user={person}&type=user.opened", admin.AccessToken)).Content.ReadAsStringAsync();

        text.Should().Contain("""דנה \"לוי\"\nsecond line""").And.EndWith("}\n");
        text.Count(character => character == '\n').Should().Be(1);
    }

    // An unreadable row stands for any failure in the middle of an export.
    [Fact]
    public async Task An_export_that_fails_in_the_middle_does_not_look_whole()
    {
        await using var own = await StartedServer.StartAsync(adjust: settings => settings["Audit:SealInterval"] = "01:00:00");
        var admin = await own.SignInAsAsync(Role.Admin);
        await own.RecordAsync(5000);
        await own.Database.ExecuteAsync("INSERT INTO audit_events (type, outcome, occurred_at) VALUES ('user.opened', 'nonsense', now())");

        var read = async () => await own.Api.GetAsync("audit-events/export", admin.AccessToken);

        await read.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Whoever_hangs_up_is_not_waited_for()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.RecordAsync(60_000);
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/audit-events/export"))
        {
            request.Headers.Authorization = new("Bearer", admin.AccessToken);
            using var response = await server.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1000]);
        }

        await Eventually.TrueAsync(
            async () =>
                await server.Database.QueryAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND "
                        + "query LIKE '%audit_events%'") == 0,
            "no export");
        await (await server.Api.GetAsync("auth/me", admin.AccessToken)).ShouldBeAsync(200);
    }

    private static async Task<List<JsonObject>> LinesAsync(HttpResponseMessage response)
    {
        var text = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }
}
