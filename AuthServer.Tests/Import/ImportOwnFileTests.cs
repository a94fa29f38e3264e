using AuthServer.Import;

namespace AuthServer.Tests.Import;

/// <summary>An import never overwrites other files of the operator.</summary>
public sealed class ImportOwnFileTests(ImportDesk desk) : IClassFixture<ImportDesk>
{
    private const string Rows = "id,email\n1,dana@example.com\n";

    public enum Place
    {
        Map,
        Report,
        LinksOut,
    }

    [Theory]
    [InlineData(Place.Map)]
    [InlineData(Place.Report)]
    [InlineData(Place.LinksOut)]
    public async Task The_source_is_not_named_a_second_time(Place slot)
    {
        var from = await PrivateAsync("source.csv", Rows);

        var request = With(ImportDesk.Users(from), slot, desk.PathOf("./source.csv"));

        request.Fault().Should().Contain("named twice");
        (await desk.RefusalOfAsync(request)).Should().Contain("named twice");
        (await File.ReadAllTextAsync(from)).Should().Be(Rows);
    }

    [Fact]
    public async Task Report_and_links_are_two_files()
    {
        var request =
            ImportDesk.Users(await PrivateAsync("apart.csv", Rows)) with
            {
                Report = desk.PathOf("both.csv"),
                LinksOut = desk.PathOf("both.csv")
            };

        (await desk.RefusalOfAsync(request)).Should().Contain("named twice");
    }

    [Theory]
    [InlineData(true, "precious")]
    [InlineData(false, "precious")]
    [InlineData(false, "row,legacy_id,email,result,reason,note,warnings,and more\n")]
    public async Task A_report_is_not_written_over_what_is_no_report(bool isDryRun, string text)
    {
        var kept = await PrivateAsync("kept.csv", text);

        (await desk.RefusalOfAsync(
            ImportDesk.Users(await PrivateAsync("over.csv", Rows)) with { Report = kept, IsDryRun = isDryRun })).Should()
                .Contain("not the report of an import");

        (await File.ReadAllTextAsync(kept)).Should().Be(text);
    }

    [Fact]
    public async Task A_report_is_written_over_an_earlier_one()
    {
        var request =
            ImportDesk.Users(await PrivateAsync("again.csv", Rows)) with { Report = desk.PathOf("again.report.csv"), IsDryRun = true };

        await desk.ImportAsync(request);
        var first = await File.ReadAllTextAsync(request.Report);
        await desk.ImportAsync(request);

        (await File.ReadAllTextAsync(request.Report)).Should().Be(first).And.Contain("dana@example.com");
    }

    [Theory]
    [InlineData(Place.Report)]
    [InlineData(Place.LinksOut)]
    public async Task Nothing_is_written_through_a_link(Place slot)
    {
        var target = await PrivateAsync($"target.{slot}.csv", "");
        var link = File.CreateSymbolicLink(desk.PathOf($"link.{slot}.csv"), target).FullName;

        (await desk.RefusalOfAsync(With(ImportDesk.Users(await PrivateAsync("linked.csv", Rows)), slot, link))).Should()
            .Contain("is a link");

        (await File.ReadAllTextAsync(target)).Should().BeEmpty();
    }

    private static ImportRequest With(ImportRequest request, Place slot, string path) => slot switch
    {
        Place.Map => request with { Map = path },
        Place.Report => request with { Report = path },
        _ => request with { LinksOut = path },
    };

    private async Task<string> PrivateAsync(string file, string text)
    {
        var path = await desk.WriteAsync(file, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
