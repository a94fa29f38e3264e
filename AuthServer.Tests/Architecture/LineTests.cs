using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Architecture;

/// <summary>
/// Diffs and web pages show lines of 140 columns without wrapping. The build does not check the limit in .editorconfig, so this
/// test does.
/// </summary>
public sealed class LineTests
{
    private const int MostColumns = 140;

    private static readonly string[] Made = ["bin", "obj", "node_modules", ".git"];

    [Fact]
    public void No_line_of_code_is_longer_than_140_columns()
    {
        var code = Files("*.cs").Where(path => !IsGenerated(path)).Concat(Files("*.razor")).Concat(Scripts()).ToList();

        code.Should().HaveCountGreaterThan(500);
        code.SelectMany(path => LongLines(path, File.ReadAllLines(path))).Should().BeEmpty();
    }

    [Fact]
    public void No_line_of_prose_is_longer_than_140_columns() =>
        Files("*.md").SelectMany(path => LongLines(path, Prose(File.ReadAllLines(path)))).Should().BeEmpty();

    private static IEnumerable<string> LongLines(string path, IEnumerable<string> lines) =>
        lines.Index().Where(line => line.Item.Length > MostColumns)
            .Select(line => $"{Path.GetRelativePath(Repository.Root, path)}:{line.Index + 1}");

    // Table rows cannot be broken, and commands must stay on one line to be pasted.
    private static IEnumerable<string> Prose(IEnumerable<string> lines)
    {
        var fenced = false;
        foreach (var line in lines)
        {
            fenced ^= line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            yield return fenced || line.StartsWith('|') ? "" : line;
        }
    }

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Repository.Root, pattern, SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Repository.Root, path).Split(Path.DirectorySeparatorChar).Any(Made.Contains));

    private static IEnumerable<string> Scripts() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "eng")).Where(path => Path.GetExtension(path) is "" or ".sh");

    private static bool IsGenerated(string path) =>
        path.EndsWith(".Designer.cs", StringComparison.Ordinal) || path.EndsWith("Snapshot.cs", StringComparison.Ordinal)
        || Path.GetFileName(path)[0] == '2';
}
