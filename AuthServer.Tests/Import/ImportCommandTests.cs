using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

/// <summary>Importing with the binary: its output, its exit codes, and the state after it was killed.</summary>
public sealed class ImportCommandTests(ImportDesk desk) : IClassFixture<ImportDesk>
{
    private static int _made;

    private Dictionary<string, string?> Environment => ServerProgram.GoodEnvironment(desk.Database.ServerConnection);

    [Fact]
    public async Task Physicians_are_told_row_by_row_and_in_a_table_and_no_link_or_whole_address_is_shown()
    {
        var links = desk.PathOf("command.csv");

        var result =
            await RunAsync(
                "import-physicians", "--from", ImportDesk.Sample("physicians.csv"), "--map", ImportDesk.Sample("columns.json"),
                "--source", "sample", "--links-out", links);

        result.ExitCode.Should().Be(0);
        result.Output
            .Should()
            .Contain("row 24: skipped  case_twin  sample:23  Y•••@clinic3.example  row 23").And
            .Contain("row 46: merged").And
            .MatchRegex(@"\| created +\| 37 +\|").And
            .MatchRegex(@"\| links written +\| 34 +\|");
        result.Error.Should().Be("46 rows.\nThese columns are ignored: created_at, internal_notes.\n");
        (result.Output + result.Error).Should().NotContain("token").And.NotContain("dana.avraham5");
        (await File.ReadAllLinesAsync(links)).Should().HaveCount(35);
    }

    [Fact]
    public async Task With_json_there_is_a_line_for_each_row_and_one_for_the_sum()
    {
        var from = await RowsAsync("json", 3, "x,nobody,Nobody\n");

        var result = await RunAsync("import-users", "--from", from, "--source", "json", "--dry-run", "--json");

        result.Error.Should().BeEmpty();
        var lines = result.Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .ToList();
        lines
            .Take(4)
            .Select(line => $"{line["row"]} {line["result"]} {line["reason"]}")
            .Should()
            .Equal("2 created ", "3 created ", "4 created ", "5 skipped invalid_email");
        (lines[4]["dry_run"]!.GetValue<bool>(), lines[4]["created"]!.GetValue<int>(),
            lines[4]["reasons"]!["invalid_email"]!.GetValue<int>()).Should().Be((true, 3, 1));
        (await desk.CountAsync("users WHERE legacy_id LIKE 'json:%'")).Should().Be(0);
    }

    [Theory]
    [InlineData(2, "import-physicians")]
    [InlineData(2, "import-users", "--from", "users.csv")]
    [InlineData(2, "import-users", "--from", "users.csv", "--source", "old", "--send", "--links-out", "links.csv")]
    [InlineData(2, "import-users", "--from", "users.csv", "--source", "Old System")]
    [InlineData(2, "import-users", "--from", "users.csv", "--source", "old", "--dryrun")]
    [InlineData(2, "import-users", "--from", "users.csv", "--source", "old", "--table", "public.users")]
    [InlineData(1, "import-users", "--from", "nowhere.csv", "--source", "old")]
    [InlineData(1, "import-physicians", "--from", "postgresql://reader:hush-hush@127.0.0.1:1/dd")]
    public async Task A_line_that_cannot_be_done_changes_nothing_and_says_why(int exitCode, params string[] line)
    {
        var before = await desk.CountAsync("users");

        var result = await RunAsync(line);

        result.ExitCode.Should().Be(exitCode);
        result.Error.Should().NotBeEmpty().And.NotContain("   at ").And.NotContain("hush");
        (await desk.CountAsync("users")).Should().Be(before);
    }

    [Fact]
    public async Task Killed_half_way_it_goes_on_where_it_was_and_nobody_is_there_twice_or_without_a_link()
    {
        const int People = 3_000;
        var (from, links) = (await RowsAsync("killed", People), desk.PathOf("killed.jsonl"));
        string[] line = ["import-users", "--from", from, "--source", "killed", "--links-out", links];
        using (var process = ServerProgram.Start(line, Environment))
        {
            await Eventually.TrueAsync(async () => await ImportedAsync("killed") >= 400, "some hundred people");
            process.Kill();
            await process.WaitForExitAsync();
        }

        var half = await ImportedAsync("killed");
        var result = await RunAsync(line);

        half.Should().BeInRange(400, People - 1);
        result.ExitCode.Should().Be(0);
        (await ImportedAsync("killed")).Should().Be(People);
        (await desk.CountAsync("users WHERE legacy_id LIKE 'killed:%' AND invited_at IS NULL")).Should().Be(0);
        (await desk.CountAsync(
            "audit_events a JOIN users u ON u.id = a.subject_id WHERE u.legacy_id LIKE 'killed:%' AND a.type = 'user.imported'")).Should()
                .Be(People);
        (await desk.CountAsync("user_roles r JOIN users u ON u.id = r.user_id WHERE u.legacy_id LIKE 'killed:%'")).Should().Be(People);
        (await desk.LinksAsync("killed.jsonl"))
            .Select(link => link["email"]!.GetValue<string>())
            .Distinct(StringComparer.Ordinal)
            .Should()
            .HaveCount(People);
    }

    [Fact]
    public async Task Of_two_at_once_the_second_says_so_and_the_first_goes_on()
    {
        const int People = 4_000;
        var (first, second) = (await RowsAsync("first", People), await RowsAsync("second", 10));
        using var process = ServerProgram.Start(["import-users", "--from", first, "--source", "first"], Environment);
        var output = process.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync(async () => await ImportedAsync("first") > 0, "somebody of the first");
        // The stopped process keeps the lock for as long as this test needs it.
        Signal(process, "STOP");

        var refused = await RunAsync("import-users", "--from", second, "--source", "second");
        Signal(process, "CONT");
        await process.WaitForExitAsync();

        refused.Should().Be(new ServerProgram.Finished(1, "", "The import ended: Another import is running: wait until it has ended.\n"));
        (process.ExitCode, await ImportedAsync("first"), await ImportedAsync("second")).Should().Be((0, People, 0));
        (await output).Should().Contain("created");
    }

    // eng/scale imports a hundred times as many.
    [Fact]
    public async Task Of_a_thousand_rows_three_bad_ones_are_told_by_their_lines_and_all_others_are_imported()
    {
        const int People = 1000;
        int[] bad = [77, 500, 998];
        var rows = new StringBuilder("id,email,full_name\n");
        for (var number = 1; number <= People; number++)
        {
            rows.Append(
                CultureInfo.InvariantCulture,
                $"{number},{(bad.Contains(number) ? "nobody" : $"many{number}@example.net")},Person {number}\n");
        }

        var request = ImportDesk.Users(await desk.WriteAsync("many.csv", rows.ToString())) with { Source = "many" };
        var dry = await desk.ImportAsync(request with { IsDryRun = true });
        var told = await desk.ImportAsync(request);

        told.Skipped.Should().Equal("78 invalid_email", "501 invalid_email", "999 invalid_email").And.Equal(dry.Skipped);
        (told.Summary.Rows, told.Summary.Created, dry.Summary.Created, await ImportedAsync("many")).Should().Be((1000L, 997L, 997L, 997L));
    }

    private static void Signal(System.Diagnostics.Process process, string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private Task<long> ImportedAsync(string source) => desk.CountAsync($"users WHERE legacy_id LIKE '{source}:%'");

    private async Task<string> RowsAsync(string source, int people, string more = "")
    {
        var made = Interlocked.Increment(ref _made);
        var rows = Enumerable.Range(1, people).Select(number => $"{number},p{number}.{made}@example.org,Person {number}\n");
        return await desk.WriteAsync($"{source}.rows.csv", $"id,email,full_name\n{string.Concat(rows)}{more}");
    }

    private Task<ServerProgram.Finished> RunAsync(params string[] line) => ServerProgram.RunAsync(line, Environment);
}
