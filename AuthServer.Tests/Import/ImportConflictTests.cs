using AuthServer.Import;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Staff.Physicians;

namespace AuthServer.Tests.Import;

/// <summary>Rows that collide with one another, with existing accounts, or with changes made since.</summary>
public sealed class ImportConflictTests(ImportDesk desk) : IClassFixture<ImportDesk>
{
    private const string Header = "physician_id,physician_name,email,vendor_id,vendor_name,license_number,jurisdiction\n";

    private static int _made;

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task An_account_that_was_not_imported_is_never_touched()
    {
        var stranger = await desk.Api.RegisterAsync();
        var before = await RowOfAsync(stranger.UserId);

        var told = await ImportAsync($"1,Dana Levi,{stranger.Email.ToUpperInvariant()},1,North,,");

        told
            .Row(2)
            .Should()
            .BeEquivalentTo(new { Outcome = RowOutcome.Skipped, Reason = RowReasons.EmailExists, Note = $"account {stranger.UserId}" });
        (await RowOfAsync(stranger.UserId)).Should().Be(before);
        (await desk.CountAsync($"memberships WHERE user_id = '{stranger.UserId}'")).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task An_account_from_another_source_is_not_touched_either()
    {
        var source = NewSource();
        var email = Api.NewEmail();
        await desk.ImportAsync(
            ImportDesk.Users(await desk.WriteAsync("first.csv", $"id,email,full_name\n1,{email},Dana Levi\n")) with { Source = source });

        var told = await ImportAsync($"1,Dana Levi,{email},1,North,,");

        told.Row(2).Reason.Should().Be(RowReasons.EmailExists);
    }

    [Fact]
    public async Task Of_two_rows_with_one_address_the_second_names_the_first()
    {
        var email = Api.NewEmail();

        var told = await ImportAsync(
            $"1,Dana Levi,{email},1,North,,", $"2,Omer Biton,{email},1,North,,", $"3,Noa Cohen,{email.ToUpperInvariant()},2,South,,",
            $"1,Dana Levi,{email},1,North,,", $"1,Dana Levi,other.{email},3,East,,", $"4,DANA  levi,{email},1,North,,",
            $"5,dana levi,{email},2,South,,");

        told.Rows
            .Skip(1)
            .Take(5)
            .Select(row => $"{row.Reason} {row.Note}")
            .Should()
            .Equal("duplicate_email row 2", "case_twin row 2", "duplicate_row row 2", "duplicate_id row 2", "duplicate_email row 2");
        (told.Row(8).Outcome, told.Row(8).Note).Should().Be(
            (RowOutcome.Merged, $"row 2, at {await SlugAsync(told.Row(8).LegacyId!, "South")}"));
        (await desk.CountAsync($"users WHERE normalized_email LIKE '%{email}'")).Should().Be(1);
    }

    [Theory]
    [InlineData("IL-77 1", "IL", "IL 77-1", "IL", true)]
    [InlineData("772", "IL", "772", "", true)]
    [InlineData("773", "IL", "773", "FR", false)]
    [InlineData("", "IL", "", "IL", false)]
    public async Task Of_two_people_with_one_licence_the_first_has_it(
        string number, string jurisdiction, string other, string otherJurisdiction, bool isTwin)
    {
        var told =
            await ImportAsync(
                $"1,Dana,{Api.NewEmail()},1,North,{number},{jurisdiction}",
                $"2,Omer,{Api.NewEmail()},1,North,{other},{otherJurisdiction}");

        told.Row(3).Outcome.Should().Be(isTwin ? RowOutcome.Skipped : RowOutcome.Created);
        if (isTwin)
        {
            (told.Row(3).Reason, told.Row(3).Note).Should().Be((RowReasons.DuplicateLicence, "row 2"));
        }
    }

    [Fact]
    public async Task A_licence_that_somebody_here_has_already_is_not_given_to_another()
    {
        var physician = await Practice.RegisterPhysicianAsync(desk);

        var told = await ImportAsync($"1,Dana,{Api.NewEmail()},1,North,{Practice.LicenceNumber(physician)},IL");

        (told.Row(2).Reason, told.Row(2).Note).Should().Be((RowReasons.DuplicateLicence, $"account {physician.UserId}"));
    }

    [Fact]
    public async Task A_clinic_of_the_same_name_that_is_there_already_gets_no_physicians_from_an_import()
    {
        var own = await desk.OpenClinicAsync(slug: "riverside-clinic", name: "Riverside Clinic");

        var told = await ImportAsync($"1,Dana,{Api.NewEmail()},1,Riverside Clinic,,");

        told.Row(2).Warnings.Should().Equal("slug_taken: riverside-clinic-2");
        (await desk.CountAsync($"memberships WHERE tenant_id = '{own.Id}'")).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task Whom_a_clinic_has_taken_out_since_does_not_come_back_with_a_further_run()
    {
        var (email, source) = (Api.NewEmail(), NewSource());
        string[] rows = [$"1,Dana,{email},1,North,,", $"1,Dana,{email},2,South,,"];
        await ImportFromAsync(source, rows);
        await desk.Database.ExecuteAsync(
            "DELETE FROM memberships m USING tenants t WHERE t.id = m.tenant_id AND t.legacy_id = @south", ("south", $"{source}:2"));

        var again = await ImportFromAsync(source, rows);

        (again.Row(2).Outcome, again.Row(3).Outcome, again.Row(3).Warnings.Single()).Should()
            .Be((RowOutcome.Unchanged, RowOutcome.Unchanged, RowReasons.LeftSince));
        (await desk.CountAsync($"memberships m JOIN users u ON u.id = m.user_id WHERE u.legacy_id = '{source}:1'")).Should().Be(1);
    }

    [Fact]
    public async Task A_clinic_that_was_added_over_there_is_added_here_with_the_next_run()
    {
        var (email, source) = (Api.NewEmail(), NewSource());
        await ImportFromAsync(source, $"1,Dana,{email},1,North,,");

        var again = await ImportFromAsync(source, $"1,Dana,{email},1,North,,", $"1,Dana,{email},2,South,,");

        again.Rows.Select(row => row.Outcome).Should().Equal(RowOutcome.Unchanged, RowOutcome.Merged);
    }

    [Fact]
    public async Task An_address_that_was_changed_here_since_stays()
    {
        var (email, source) = (Api.NewEmail(), NewSource());
        await ImportFromAsync(source, $"1,Dana,{email},1,North,,");
        await desk.Database.ExecuteAsync(
            "UPDATE users SET email = 'new.' || email, normalized_email = 'new.' || normalized_email WHERE legacy_id = @id",
            ("id", $"{source}:1"));

        var again = await ImportFromAsync(source, $"1,Dana,{email},1,North,,");

        (again.Row(2).Outcome, again.Row(2).Warnings.Single()).Should().Be((RowOutcome.Unchanged, RowReasons.EmailDiffers));
        (await desk.CountAsync($"users WHERE normalized_email = 'new.{email}'")).Should().Be(1);
    }

    // The account is created right after the import has looked for it, by a server that waits for names or by one of the previous version.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("ASVS", "15.4.2")]
    public async Task An_address_that_is_registered_in_the_middle_of_a_batch_costs_that_row_alone(bool waitsForNames)
    {
        var emails = Enumerable.Range(0, 3).Select(_ => Api.NewEmail()).ToList();
        await desk.Database.ExecuteAsync($$"""
            CREATE FUNCTION hesitate() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.normalized_email = '{{emails[1]}}' AND NEW.legacy_id IS NOT NULL THEN
                    PERFORM pg_advisory_xact_lock(4711);
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER hesitate BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION hesitate();
            """);
        await using var held = await desk.Database.Owner.OpenConnectionAsync();
        await using var transaction = await held.BeginTransactionAsync();
        var place = waitsForNames ? $"hashtextextended('name {emails[1]}', 0)" : "4711";
        await using var takeLock = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_xact_lock({place})", held);
        await takeLock.ExecuteNonQueryAsync();

        var rows = emails.Select((email, number) => $"race{waitsForNames}{number},{email}\n");
        var import = desk.ImportUsersAsync("race.csv", "id,email\n" + string.Concat(rows));
        await Eventually.TrueAsync(
            async () => await desk.CountAsync("pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1,
            "the import in the middle of its batch");
        var registered = Guid.NewGuid();
        await desk.Database.ExecuteAsync(
            "INSERT INTO users (id, email, normalized_email, status, email_confirmed, phone_number_confirmed, two_factor_enabled, "
                + "lockout_enabled, access_failed_count, token_version, created_at) VALUES "
                + "(@id, @email, @email, 'active', true, false, false, false, 0, 1, now())", ("id", registered), ("email", emails[1]));
        await transaction.CommitAsync();
        var told = await import;

        await desk.Database.ExecuteAsync("DROP TRIGGER hesitate ON users; DROP FUNCTION hesitate");
        told.Row(3).Should().BeEquivalentTo(new { Reason = RowReasons.EmailExists, Note = $"account {registered}" });
        (told.Summary.Created, told.Summary.Skipped).Should().Be((2L, 1L));
    }

    [Fact]
    public async Task A_user_name_that_is_taken_or_none_is_left_out_and_the_person_is_imported()
    {
        var name = $"dana{Interlocked.Increment(ref _made)}";
        await desk.Api.RegisterAsync(more: new { username = name });

        var told =
            await desk.ImportUsersAsync(
                "names.csv",
                $"id,email,username\nn1,{Api.NewEmail()},{name.ToUpperInvariant()}\nn2,{Api.NewEmail()},free{name}\n"
                    + $"n3,{Api.NewEmail()},free{name}\nn4,{Api.NewEmail()},no name\n");

        told.Rows.Select(row => string.Join(' ', row.Warnings)).Should().Equal("username_taken", "", "username_taken", "bad_username");
        told.Summary.Created.Should().Be(4);
    }

    private static string NewSource() => $"old{Interlocked.Increment(ref _made)}";

    private Task<ImportDesk.Told> ImportAsync(params string[] rows) => ImportFromAsync(NewSource(), rows);

    private async Task<ImportDesk.Told> ImportFromAsync(string source, params string[] rows) =>
        await desk.ImportAsync(
            ImportDesk.Physicians(await desk.WriteAsync($"{source}.csv", Header + string.Join('\n', rows))) with { Source = source });

    private Task<string> SlugAsync(string legacyId, string name) =>
        desk.Database.QueryAsync<string>(
            "SELECT slug FROM tenants WHERE name = @name AND legacy_id LIKE @source", ("name", name),
            ("source", legacyId.Split(':')[0] + ":%"));

    private Task<string> RowOfAsync(Guid user) =>
        desk.Database.QueryAsync<string>("SELECT u::text FROM users u WHERE id = @id", ("id", user));
}
