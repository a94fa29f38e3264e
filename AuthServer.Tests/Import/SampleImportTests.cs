using System.Text.Json;
using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Import;
using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

/// <summary>The old system's 44 physicians and 19 vendors, from PostgreSQL and from files, into an empty database.</summary>
public sealed class SampleImportTests : IAsyncLifetime
{
    private const string Chosen = "a password of my own";

    private static readonly string[] Reasons = [
        "missing_email", "invalid_email", "missing_email", "case_twin", "duplicate_email", "duplicate_license", "duplicate_row"];

    private readonly ImportDesk _desk = new();
    private OldSystem _old = null!;

    public async Task InitializeAsync()
    {
        await _desk.InitializeAsync();
        _old = await OldSystem.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _old.DisposeAsync();
        await _desk.DisposeAsync();
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("jsonl")]
    public async Task A_dry_run_tells_what_the_run_then_does_and_a_second_run_finds_nothing_to_do(string kind)
    {
        var request = await RequestAsync(kind);
        var empty = await _desk.ContentAsync();

        var dry = await _desk.ImportAsync(request with { IsDryRun = true });
        (await _desk.ContentAsync()).Should().Be(empty);
        var run = await _desk.ImportAsync(request);
        var imported = await _desk.ContentAsync();
        var again = await _desk.ImportAsync(request);

        (run.Summary.Created, run.Summary.Merged, run.Summary.Unchanged, run.Summary.Skipped, run.Summary.Tenants).Should()
            .Be((37L, 2L, 0L, 7L, 19L));
        dry.Rows.Should().BeEquivalentTo(run.Rows, options => options.WithStrictOrdering());
        dry.Summary.Should().BeEquivalentTo(run.Summary);
        run.Rows.Where(row => row.Outcome == RowOutcome.Skipped).Select(row => row.Reason).Should().BeEquivalentTo(Reasons);
        (again.Summary.Unchanged, again.Summary.Skipped).Should().Be((39L, 7L));
        again.Rows
            .Where(row => row.Outcome == RowOutcome.Skipped)
            .Should()
            .BeEquivalentTo(run.Rows.Where(row => row.Outcome == RowOutcome.Skipped));
        (await _desk.ContentAsync()).Should().Be(imported);
    }

    [Fact]
    public async Task What_one_source_has_brought_another_finds_there_already()
    {
        await _desk.ImportAsync(await RequestAsync("postgres"));

        var again = await _desk.ImportAsync(await RequestAsync("csv"));

        (again.Summary.Created, again.Summary.Merged, again.Summary.Unchanged).Should().Be((0L, 0L, 39L));
    }

    [Fact]
    public async Task A_physician_without_a_password_sets_one_with_the_link_and_is_one_once_the_licence_is_verified()
    {
        await _desk.ImportAsync(await RequestAsync("postgres") with { LinksOut = _desk.PathOf("links.jsonl") });
        var admin = await _desk.SignInAsAsync(Role.Admin);
        var links = await _desk.LinksAsync("links.jsonl");
        var link = links.Single(line => line["email"]!.GetValue<string>() == "dana.avraham5@clinic5.example");

        await _desk.AcceptAsync(link["link"]!.GetValue<string>(), Chosen);
        var unlicensed = await _desk.Api.LoginAsync("DANA.avraham5@clinic5.example", Chosen);
        var physician = unlicensed.Claims["physician"]!.GetValue<Guid>();
        await (await _desk.Api.PostAsync($"physicians/{physician}/verify", new { jurisdiction = "IL" }, admin.AccessToken)).ShouldBeAsync(
            200);
        var licensed = await _desk.Api.LoginAsync("dana.avraham5@clinic5.example", Chosen);

        links.Should().HaveCount(34).And.OnlyHaveUniqueItems(line => line["email"]!.GetValue<string>());
        link["expires_at"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(_desk.Clock.GetUtcNow().AddHours(72), TimeSpan.FromSeconds(1));
        (unlicensed.User!["full_name"]!.GetValue<string>(), unlicensed.User["email_verified"]!.GetValue<bool>()).Should()
            .Be(("דנה אברהם", true));
        unlicensed.User["memberships"]!
            .AsArray()
            .Select(membership => membership!["tenant"]!["slug"]!.GetValue<string>())
            .Should()
            .BeEquivalentTo("carmel-family-medicine", "dr-avn-lyyn");
        (unlicensed.Claims["tenant_role"]?.ToJsonString() ?? "").Should().NotContain("physician");
        licensed.Claims["tenant_role"]!.ToJsonString().Should().Contain("physician");
    }

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task A_physician_with_an_old_hash_signs_in_with_the_old_password_which_is_hashed_anew()
    {
        await _desk.ImportAsync(await RequestAsync("postgres"));

        var signedIn = await _desk.Api.LoginAsync("ron.mizrahi2@clinic2.example", LegacySample.Password);

        signedIn.User!["email_verified"]!.GetValue<bool>().Should().BeFalse();
        ImportedHash.Parse(
            await _desk.Database.QueryAsync<string>(
                "SELECT password_hash FROM users WHERE id = @id", ("id", signedIn.UserId)))!.Format.Should().Be(HashFormat.Argon2id);
        (await _desk.Api.PostAsync(
            "auth/login", new { email = "ron.mizrahi2@clinic2.example", password = "another old password" })).StatusCode.Should()
                .Be(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Whoever_had_a_password_there_is_believed_to_have_the_mailbox_only_where_the_operator_says_so()
    {
        await _desk.ImportAsync(await RequestAsync("csv") with { TrustsEmails = true });

        (await _desk.CountAsync("users WHERE email_confirmed AND password_hash IS NOT NULL")).Should().Be(3);
        (await _desk.CountAsync("users WHERE email_confirmed AND password_hash IS NULL")).Should().Be(0);
    }

    [Fact]
    public async Task What_was_dirty_is_clean()
    {
        var told = await _desk.ImportAsync(await RequestAsync("csv"));

        (await NameAsync(1), await NameAsync(4)).Should().Be(("תמר לוי", "Omer Biton"));
        (await _desk.Database.QueryAsync<string>(
            "SELECT email || ' ' || normalized_email FROM users WHERE legacy_id = 'dd_api:4'")).Should()
                .Be("Omer.Biton4@clinic4.example omer.biton4@clinic4.example");
        (await _desk.Database.QueryAsync<string>(
            "SELECT specialty FROM physicians p JOIN users u ON u.id = p.user_id WHERE legacy_id = 'dd_api:33'")).Should()
                .EndWith(" and, \"more\"");
        (await _desk.CountAsync("tenants WHERE legacy_id LIKE 'dd_api:%' AND slug ~ '^[a-z0-9-]+$'")).Should().Be(19);
        (await _desk.CountAsync("licences WHERE state = 'unverified' AND verified_by IS NULL AND reason IS NULL")).Should()
            .Be(told.Summary.Licences);
        told.Row(21).Warnings.Should().ContainSingle().Which.Should().StartWith("bad_hash: ");
        (told.Row(19).Warnings.Single(), told.Row(22).Warnings.Single(), told.Row(25).Warnings.Single()).Should()
            .Be(("bad_jurisdiction", "bad_language", "vendor_name_differs: carmel-family-medicine"));
    }

    [Fact]
    [Trait("ASVS", "14.2.8")]
    public async Task Patients_stay_behind_and_are_counted()
    {
        var told = await _desk.ImportAsync(await RequestAsync("postgres"));

        told.Summary.PatientReferences.Should().Be(LegacySample.Rows().Sum(row => row["firebase_patient_ids"]!.Split(',').Length));
        (await _desk.CountAsync("users")).Should().Be(37);
        (await _desk.CountAsync("physicians")).Should().Be(37);
    }

    [Fact]
    public async Task Invitations_are_mailed_once_and_their_links_work()
    {
        var request = await RequestAsync("postgres") with { Sends = true };

        await _desk.ImportAsync(request);
        await _desk.ImportAsync(request);

        (await _desk.CountAsync("email_outbox WHERE kind = 'invitation'")).Should().Be(34);
        var mail = (await _desk.MailsAsync(MailKinds.Invitation, "dana.avraham5@clinic5.example")).Should().ContainSingle().Subject;
        await _desk.AcceptAsync($"?token={Mailbox.TokenIn(mail)}", Chosen);
        await _desk.Api.LoginAsync("dana.avraham5@clinic5.example", Chosen);
    }

    [Fact]
    public async Task Whoever_has_got_no_link_gets_one_with_a_later_run_and_whoever_has_a_password_by_then_does_not()
    {
        var request = await RequestAsync("postgres");
        (await _desk.ImportAsync(request)).Summary.WaitingForLink.Should().Be(34);
        var forgetful = await _desk.Database.QueryAsync<Guid>("SELECT id FROM users WHERE legacy_id = 'dd_api:5'");
        await _desk.AcceptAsync($"?token={await _desk.MakeTokenAsync(EmailTokens.ResetPassword, forgetful)}", Chosen);

        var later = await _desk.ImportAsync(request with { LinksOut = _desk.PathOf("late.jsonl") });

        (later.Summary.LinksGiven, later.Summary.Unchanged, later.Summary.Created).Should().Be((33L, 39L, 0L));
        (await _desk.LinksAsync("late.jsonl")).Should().HaveCount(33);
        (await _desk.ImportAsync(request with { LinksOut = _desk.PathOf("late.jsonl") })).Summary.LinksGiven.Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task Everything_is_in_the_audit_log_and_no_address_or_link()
    {
        await _desk.ImportAsync(await RequestAsync("csv") with { LinksOut = _desk.PathOf("links.csv") });

        (await _desk.CountAsync(
            "audit_events WHERE type = 'user.imported' AND actor_id IS NULL AND subject_id IS NOT NULL AND tenant_id IS NOT NULL")).Should()
                .Be(39);
        (await _desk.CountAsync("audit_events WHERE type = 'tenant.created'")).Should().Be(19);
        (await _desk.CountAsync("audit_events WHERE type = 'user.invited' AND detail LIKE '%file%'")).Should().Be(34);
        (await _desk.Database.QueryAsync<string>("SELECT detail FROM audit_events WHERE type = 'import.finished'")).Should()
            .Be("dd_api: 37 created, 2 merged, 0 unchanged, 7 skipped; 19 tenants; 34 links");
        (await _desk.CountAsync("audit_events a WHERE a::text LIKE '%clinic5.example%' OR a::text LIKE '%token%'")).Should().Be(0);
        _desk.Logs.Lines.Should().NotContain(line => line.Contains("token=", StringComparison.Ordinal));
    }

    private Task<string> NameAsync(int physician) =>
        _desk.Database.QueryAsync<string>("SELECT full_name FROM users WHERE legacy_id = @id", ("id", $"dd_api:{physician}"));

    private async Task<ImportRequest> RequestAsync(string kind) => ImportDesk.Physicians(kind switch
    {
        "postgres" => _old.Url,
        "csv" => ImportDesk.Sample("physicians.csv"),
        "json" => await _desk.WriteAsync("physicians.json", JsonSerializer.Serialize(LegacySample.Rows())),
        _ =>
            await _desk.WriteAsync("physicians.jsonl", string.Join('\n', LegacySample.Rows().Select(row => JsonSerializer.Serialize(row)))),
    }) with
    { Map = ImportDesk.Sample("columns.json") };
}
