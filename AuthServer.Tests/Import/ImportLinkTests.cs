using AuthServer.Import;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

/// <summary>The file of links: readable by nobody else, and with a link for everybody who needs one, whatever happens.</summary>
public sealed class ImportLinkTests(ImportDesk desk) : IClassFixture<ImportDesk>
{
    private static int _made;

    [Fact]
    [Trait("ASVS", "13.3.2")]
    public async Task A_file_of_links_is_for_the_operator_alone()
    {
        var request = await RequestAsync(2);

        await desk.ImportAsync(request);

        File.GetUnixFileMode(request.LinksOut!).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [Trait("ASVS", "13.3.2")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite)]
    public async Task A_file_that_others_can_read_gets_no_links_and_nobody_is_imported(UnixFileMode mode)
    {
        var request = await RequestAsync(2);
        await File.WriteAllTextAsync(request.LinksOut!, "");
        File.SetUnixFileMode(request.LinksOut!, mode);

        (await desk.RefusalOfAsync(request)).Should().Contain("chmod 600");

        (await File.ReadAllTextAsync(request.LinksOut!)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_told_before_anything_happens() =>
        (await desk.RefusalOfAsync(await RequestAsync(2) with { LinksOut = desk.PathOf("nowhere/links.csv") })).Should()
            .Contain("cannot be written");

    [Theory]
    [InlineData("jsonl", "{\"email\":\"dana@exam", 3)]
    [InlineData("csv", "email,name,link,expires_at\nold@example.com,\"Dana L", 4)]
    public async Task Half_a_line_that_a_killed_run_has_left_is_taken_out(string kind, string left, int lines)
    {
        var request = await RequestAsync(3);
        request = request with { LinksOut = Path.ChangeExtension(request.LinksOut, kind) };
        await File.WriteAllTextAsync(request.LinksOut!, left);
        File.SetUnixFileMode(request.LinksOut!, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await desk.ImportAsync(request);

        var text = await File.ReadAllLinesAsync(request.LinksOut!);
        text
            .Should()
            .HaveCount(lines).And
            .NotContain(line => line.Contains("exam\"", StringComparison.Ordinal) || line.StartsWith("old@", StringComparison.Ordinal));
        text.Count(line => line.Contains("/account/invitation?token=", StringComparison.Ordinal)).Should().Be(3);
    }

    // Simulates a kill after the links were flushed to disk and before the database was updated.
    [Fact]
    public async Task Links_that_were_written_and_not_recorded_are_written_again_and_each_of_them_works_once()
    {
        var request = await RequestAsync(2);
        await desk.Database.ExecuteAsync("""
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$;
            CREATE TRIGGER die BEFORE UPDATE OF invited_at ON users FOR EACH ROW EXECUTE FUNCTION die()
            """);
        var killed = async () => await desk.ImportAsync(request);
        await killed.Should().ThrowAsync<Exception>();
        await desk.Database.ExecuteAsync("DROP TRIGGER die ON users; DROP FUNCTION die");

        var again = await desk.ImportAsync(request);
        var third = await desk.ImportAsync(request);

        (again.Summary.Unchanged, again.Summary.LinksGiven, third.Summary.LinksGiven).Should().Be((2L, 2L, 0L));
        var links = await desk.LinksAsync(Path.GetFileName(request.LinksOut!));
        links.Select(link => link["email"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).Should().HaveCount(2);
        links.Should().HaveCount(4);
        await desk.AcceptAsync(links[0]["link"]!.GetValue<string>(), "a password of my own");
        var second = () => desk.AcceptAsync(links[2]["link"]!.GetValue<string>(), "a password of another");
        await second.Should().ThrowAsync<HttpRequestException>();
        await desk.Api.LoginAsync(links[0]["email"]!.GetValue<string>(), "a password of my own");
    }

    [Fact]
    public async Task Whoever_was_switched_off_since_gets_no_link()
    {
        var request = await RequestAsync(2);
        await desk.ImportAsync(request with { LinksOut = null });
        await desk.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE legacy_id = @id", ("id", $"{request.Source}:1"));

        var told = await desk.ImportAsync(request);

        told.Summary.LinksGiven.Should().Be(1);
    }

    [Fact]
    public async Task A_dry_run_writes_no_links_and_says_how_many_there_would_be()
    {
        var request = await RequestAsync(3);

        var told = await desk.ImportAsync(request with { IsDryRun = true });

        (told.Summary.LinksGiven, File.Exists(request.LinksOut)).Should().Be((3L, false));
    }

    private async Task<ImportRequest> RequestAsync(int people)
    {
        var source = $"links{Interlocked.Increment(ref _made)}";
        var rows = Enumerable.Range(1, people).Select(number => $"{number},{Api.NewEmail()},Person {number}\n");
        return ImportDesk.Users(await desk.WriteAsync($"{source}.csv", "id,email,full_name\n" + string.Concat(rows))) with
        {
            Source = source,
            LinksOut = desk.PathOf($"{source}.links.jsonl")
        };
    }
}
