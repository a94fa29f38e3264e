using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

public sealed class LegacySampleTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "dd_api.sql", LegacySample.Sql() },
        { "physicians.csv", LegacySample.Csv() },
        { "columns.json", LegacySample.Columns },
    };

    // UPDATE_SAMPLES=1 writes them.
    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_files_of_the_sample_are_what_its_generator_makes(string file, string made)
    {
        var path = Path.Combine(Repository.Root, LegacySample.Folder, file);
        if (Environment.GetEnvironmentVariable("UPDATE_SAMPLES") == "1")
        {
            await File.WriteAllTextAsync(path, made);
        }

        (await File.ReadAllTextAsync(path)).Should().Be(made);
    }

    [Fact]
    public void The_sample_has_as_many_physicians_and_vendors_as_the_old_system()
    {
        var rows = LegacySample.Rows();

        rows.Select(row => row["physician_id"]).Distinct(StringComparer.Ordinal).Should().HaveCount(44);
        rows.Select(row => row["vendor_id"]).Distinct(StringComparer.Ordinal).Should().HaveCount(19);
    }
}
