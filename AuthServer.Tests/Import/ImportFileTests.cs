using System.Globalization;
using System.Text;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

/// <summary>Files as they occur in practice: truncated, in odd encodings, too large, with unexpected cells.</summary>
public sealed class ImportFileTests(ImportDesk desk) : IClassFixture<ImportDesk>
{
    private static readonly Encoding Windows1255 = CodePagesEncodingProvider.Instance.GetEncoding(1255)!;
    private static readonly string Large = new('x', 10 << 20);

    private static int _made;

    public static TheoryData<string, string, string> Refused => new()
    {
        { "empty.csv", "", "is empty" },
        { "blank.csv", " \n\r\n", "is empty" },
        { "mark.csv", "\uFEFF", "is empty" },
        { "binary.csv", "id,email\n1,a\0b@example.com\n", "line 2 has a NUL, at byte 12" },
        { "workbook.csv", "PK\u0003\u0004 something", "Excel workbook" },
        { "open.csv", "id,email\n1,a@example.com\n2,\"b@example.com\n3,c@example.com\n", "line 3 opens a quote that is never closed" },
        { "open.header.csv", "id,\"email\n1,a@example.com\n", "missing: email" },
        { "large.csv", $"id,email\n1,a@example.com\n2,{Large}\n", "longer than 1048576 bytes" },
        { "twice.csv", "id,email,Email\n1,a@example.com,b@example.com\n", "two columns called" },
        { "missing.csv", "id,mail\n1,a@example.com\n", "missing: email" },
        { "headless.csv", "1,a@example.com\n", "missing: id, email" },
        { "empty.json", "[", "cut off" },
        { "cut.json", "[{\"id\":1,\"email\":\"a@example.com\"},{\"id\":2,\"ema", "cut off" },
        { "cut.jsonl", "{\"id\":1,\"email\":\"a@example.com\"}\n{\"id\":2,\"em", "line 2, the last" },
        { "large.json", $"[{{\"id\":1,\"email\":\"a@example.com\"}},{{\"id\":2,\"email\":\"{Large}\"}}]", "row 2 is longer than" },
        { "large.jsonl", $"{{\"id\":1,\"email\":\"{Large}\"}}\n", "line 1 is longer than" },
        { "twice.json", "[{\"id\":1,\"id\":2,\"email\":\"a@example.com\"}]", "not JSON" },
        { "users.pdf", "anything", "must end in .csv" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_that_cannot_be_read_to_its_end_is_refused_before_anything_happens(string file, string text, string reason) =>
        (await desk.RefusalOfAsync(ImportDesk.Users(await desk.WriteAsync(file, text))))
            .Should()
            .Contain(reason).And
            .NotContain(Large).And
            .NotContain("   at ");

    [Fact]
    public async Task A_file_that_is_not_there_or_no_file_is_refused()
    {
        (await desk.RefusalOfAsync(ImportDesk.Users(desk.PathOf("nowhere.csv")))).Should().Contain("nowhere.csv cannot be read");
        (await desk.RefusalOfAsync(ImportDesk.Users("/dev"))).Should().Contain("cannot be read");
        (await desk.RefusalOfAsync(ImportDesk.Users("postgresql://localhost/db"))).Should().Contain("come from a file");
    }

    [Theory]
    [InlineData("{", "is not a map")]
    [InlineData("[]", "is not a map")]
    [InlineData("{\"email\": 7}", "is not a map")]
    [InlineData("{\"email\": \"a\", \"email\": \"b\"}", "is not a map")]
    [InlineData("{\"e-mail\": \"email\"}", "unknown fields: e-mail")]
    [InlineData("{\"email\": \"mail\"}", "missing: mail (email)")]
    public async Task A_map_that_is_none_or_names_what_is_not_there_is_refused(string map, string reason)
    {
        var request = ImportDesk.Users(await desk.WriteAsync("mapped.csv", "id,email\n1,a@example.com\n"));

        (await desk.RefusalOfAsync(request with { Map = await desk.WriteAsync("map.json", map) })).Should().Contain(reason);
    }

    [Fact]
    public async Task A_map_says_which_column_is_which_field_and_what_is_left_out()
    {
        var request =
            ImportDesk.Users(await desk.WriteAsync("named.csv", $"Number,Mail Address,full_name\nmapped1,{Api.NewEmail()},Dana\n"))
            with
            { Map = await desk.WriteAsync("names.json", """{"id":"number","email":"mail address","full_name":null}""") };

        var told = await desk.ImportAsync(request);

        told.Summary.IgnoredColumns.Should().Equal("full_name");
        (await desk.CountAsync("users WHERE legacy_id = 'old:mapped1' AND full_name IS NULL")).Should().Be(1);
    }

    [Fact]
    public async Task Columns_without_a_name_and_names_with_invisible_characters_are_no_trouble()
    {
        var told = await desk.ImportUsersAsync("nameless.csv", $" id ,\u200Femail,full_name,,\nnameless1,{Api.NewEmail()},Dana,,\n");

        (told.Summary.Created, told.Summary.IgnoredColumns.Count).Should().Be((1L, 0));
    }

    [Fact]
    public async Task Hebrew_from_Windows_is_refused_by_line_and_byte_and_read_when_that_is_said()
    {
        var email = Api.NewEmail();
        var request = ImportDesk.Users(await desk.WriteAsync("hebrew.csv", $"id,email,full_name\nwin1,{email},דנה לוי\n", Windows1255));

        var place = Encoding.ASCII.GetByteCount($"id,email,full_name\nwin1,{email},").ToString(CultureInfo.InvariantCulture);
        (await desk.RefusalOfAsync(request)).Should().Contain($"line 2, byte {place}: not utf-8").And.Contain("--encoding windows-1255");
        await desk.ImportAsync(request with { Encoding = "windows-1255" });

        (await NameAsync("win1")).Should().Be("דנה לוי");
        (await desk.RefusalOfAsync(request with { Encoding = "klingon" })).Should().Contain("klingon is not known");
    }

    // The character crosses the boundary between two reads.
    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_071)]
    public async Task Wherever_a_character_lies_it_is_read_and_a_broken_one_is_found(int place)
    {
        var start = $"id,email,full_name\nlong1,{Api.NewEmail()},{new string('a', 150)}\n";
        var rest = string.Concat(Enumerable.Repeat("\n", place - Encoding.UTF8.GetByteCount(start) - 1));
        var text = start + rest;
        await File.WriteAllBytesAsync(desk.PathOf("whole.csv"), [.. Encoding.UTF8.GetBytes(text), .. "א,"u8, .. "b@example.com,c\n"u8]);
        await File.WriteAllBytesAsync(desk.PathOf("broken.csv"), [.. Encoding.UTF8.GetBytes(text), 0xD7, .. ",b@example.com,c\n"u8]);

        (await desk.ImportAsync(ImportDesk.Users(desk.PathOf("whole.csv")) with { IsDryRun = true })).Summary.Created.Should().Be(2);
        (await desk.RefusalOfAsync(ImportDesk.Users(desk.PathOf("broken.csv")))).Should().Contain($"byte {place - 1}: not utf-8");
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_mark_at_the_beginning_says_the_encoding_and_is_no_part_of_the_first_column(string encoding)
    {
        var id = $"mark{encoding}";

        var told =
            await desk.ImportAsync(
                ImportDesk.Users(
                    await desk.WriteAsync(
                        "marked.csv", $"id,email,full_name\n{id},{Api.NewEmail()},נועה\n", Encoding.GetEncoding(encoding))));

        told.Summary.Created.Should().Be(1);
        (await NameAsync(id)).Should().Be("נועה");
    }

    [Theory]
    [InlineData(",", "\n")]
    [InlineData(";", "\r\n")]
    [InlineData("\t", "\r\n")]
    [InlineData(",", "\r")]
    public async Task Separators_and_line_ends_are_whatever_the_spreadsheet_wrote(string separator, string end)
    {
        var id = $"sep{Interlocked.Increment(ref _made)}";
        string[] lines = [
            $"\"id\"{separator}email{separator}full_name",
            $"{id}{separator}{Api.NewEmail()}{separator}\"Levi{separator} Dana\"\"Dee\"\"{end}of Haifa\"",
            $"{id}b{separator}{Api.NewEmail()}{separator}ד\"ר לוי"];

        var told = await desk.ImportAsync(ImportDesk.Users(await desk.WriteAsync("separated.csv", string.Join(end, lines))));

        told.Summary.Created.Should().Be(2);
        (await NameAsync(id)).Should().Be(separator == "\t" ? "Levi Dana\"Dee\" of Haifa" : $"Levi{separator} Dana\"Dee\" of Haifa");
        (await NameAsync(id + "b")).Should().Be("ד\"ר לוי");
        told.Rows[^1].Row.Should().Be(4);
    }

    [Fact]
    [Trait("ASVS", "1.2.10")]
    public async Task A_formula_is_text_and_no_file_of_ours_lets_a_spreadsheet_run_it()
    {
        const string Formula = "=cmd|' /C calc'!A0";
        var request =
            ImportDesk.Users(
                await desk.WriteAsync("formula.csv", $"id,email,full_name\nform1,=a{Api.NewEmail()},{Formula}\n{Formula},no address,x\n"))
            with
            { Report = desk.PathOf("report.csv"), LinksOut = desk.PathOf("links.csv") };

        await desk.ImportAsync(request);

        (await NameAsync("form1")).Should().Be(Formula);
        (await File.ReadAllLinesAsync(desk.PathOf("links.csv")))[1].Should().StartWith("\"'=a").And.Contain($",\"'{Formula}\",http");
        var report = await File.ReadAllTextAsync(desk.PathOf("report.csv"));
        report.Should().Contain(",\"'=a").And.Contain("invalid_email").And.NotContain(",=");
        File.GetUnixFileMode(desk.PathOf("report.csv")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("ID,a b@example.com,x", "invalid_email")]
    [InlineData("ID,,x", "missing_email")]
    [InlineData(",EMAIL,x", "missing_id")]
    [InlineData("ID,\u212A@example.com,x", "invalid_email")]
    [InlineData("ID,EMAIL,a\u0007b", "invalid_text")]
    [InlineData("ID,EMAIL,LONG", "field_too_long")]
    [InlineData("LONG,EMAIL,x", "field_too_long")]
    [InlineData("ID,LONG@example.com,x", "invalid_email")]
    [InlineData("ID,EMAIL", "wrong_field_count")]
    [InlineData("ID,EMAIL,Levi, Dana", "wrong_field_count")]
    [InlineData("ID,EMAIL,\"Dana\" Levi", "malformed")]
    public async Task A_row_that_is_wrong_is_left_out_by_its_line_with_the_reason_and_the_others_are_imported(string row, string reason)
    {
        var id = $"row{Interlocked.Increment(ref _made)}";
        var bad = row
            .Replace("ID", id, StringComparison.Ordinal)
            .Replace("EMAIL", Api.NewEmail(), StringComparison.Ordinal)
            .Replace("LONG", new string('y', 10_000), StringComparison.Ordinal);

        var told =
            await desk.ImportUsersAsync("rows.csv", $"id,email,full_name\n{id}a,{Api.NewEmail()},a\n{bad}\n{id}b,{Api.NewEmail()},b\n");

        told.Skipped.Should().Equal($"3 {reason}");
        told.Summary.Created.Should().Be(2);
    }

    [Theory]
    [InlineData("not json", "malformed")]
    [InlineData("[1,2]", "malformed")]
    [InlineData("{\"id\":\"ID\",\"email\":\"EMAIL\",\"email\":\"EMAIL\"}", "malformed")]
    [InlineData("{\"id\":\"ID\",\"email\":\"EMAIL\",\"full_name\":\"a\\u0000b\"}", "invalid_text")]
    [InlineData("{\"id\":\"ID\",\"email\":\"EMAIL\",\"full_name\":\"\\ud83d\"}", "malformed")]
    [InlineData("{\"id\":\"ID\",\"email\":null}", "missing_email")]
    [InlineData("{\"id\":\"ID\",\"email\":[\"EMAIL\"]}", "invalid_email")]
    public async Task A_line_of_JSON_that_is_wrong_is_left_out_and_the_others_are_imported(string line, string reason)
    {
        var id = $"line{Interlocked.Increment(ref _made)}";
        var bad = line.Replace("ID", id, StringComparison.Ordinal).Replace("EMAIL", Api.NewEmail(), StringComparison.Ordinal);

        var told =
            await desk.ImportUsersAsync(
                "lines.jsonl",
                $"{{\"id\":\"{id}a\",\"email\":\"{Api.NewEmail()}\"}}\n{bad}\n\n{{\"id\":\"{id}b\",\"email\":\"{Api.NewEmail()}\"}}");

        told.Skipped.Should().Equal($"2 {reason}");
        told.Rows.Select(row => row.Row).Should().Equal(1, 2, 4);
    }

    [Fact]
    public async Task Hashes_that_cannot_be_compared_with_are_left_out_and_the_person_waits_for_a_link()
    {
        var hashes =
            new[]
            {
                "5f4dcc3b5aa765d61d8327deb882cf99",
                "$2x$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
                "$2a$31$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
                new string('h', 5_000),
                "AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ="
            };

        var told =
            await desk.ImportUsersAsync(
                "hashes.csv",
                "id,email,password_hash\n" + string.Concat(hashes.Select((hash, number) => $"hash{number},{Api.NewEmail()},{hash}\n")));

        told.Rows
            .Select(row => row.Warnings.Count(warning => warning.StartsWith("bad_hash: ", StringComparison.Ordinal)))
            .Should()
            .Equal(1, 1, 1, 1, 0);
        (told.Summary.WithPassword, told.Summary.WaitingForLink).Should().Be((1L, 4L));
        told.Rows
            .SelectMany(row => row.Warnings)
            .Should()
            .NotContain(warning => hashes.Any(hash => warning.Contains(hash, StringComparison.Ordinal)));
    }

    private Task<string> NameAsync(string id) =>
        desk.Database.QueryAsync<string>("SELECT full_name FROM users WHERE legacy_id = @id", ("id", $"old:{id}"));
}
