using System.Text.RegularExpressions;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Docs;

/// <summary>What the documents say about the repository must stay true when it changes.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] TopLevel = ["AuthServer", "AuthServer.Tests", "Migrations", "docs", "eng"];

    public static TheoryData<string> Documents =>
        [.. Directory
            .GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .Select(path => $"docs/{Path.GetFileName(path)}")
            .Append("README.md")
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_and_folder_a_document_names_exists(string document)
    {
        var text = Repository.Read(document);
        var folder = Path.GetDirectoryName(document)!;
        var missing = Links()
            .Matches(text)
            .Select(link => link.Groups["path"].Value)
            .Where(link => !link.Contains(':', StringComparison.Ordinal))
            .Select(link => Path.Combine(folder, link.Split('#')[0]))
            .Concat(Code().Matches(Unfenced(text)).Select(code => code.Groups["path"].Value).Where(IsPath))
            .Where(path => !Exists(path));

        missing.Should().BeEmpty();
    }

    [Fact]
    public void The_documents_name_files_for_the_test_above_to_find()
    {
        Code()
            .Matches(Unfenced(Repository.Read("docs/architecture.md")))
            .Select(code => code.Groups["path"].Value)
            .Count(IsPath)
            .Should()
            .BeGreaterThan(30);
        Links().Count(Repository.Read("README.md")).Should().BeGreaterThan(5);
        Exists("AuthServer/Nowhere.cs").Should().BeFalse();
    }

    [Fact]
    public void The_readme_is_read_in_one_sitting() => Repository.Read("README.md").Split('\n').Should().HaveCountLessThan(200);

    private static bool IsPath(string code) =>
        TopLevel.Contains(code.Split('/')[0]) || code.EndsWith(".cs", StringComparison.Ordinal) || code.EndsWith('/');

    // Documents about the server name its files relative to AuthServer/.
    private static bool Exists(string path) =>
        Path.Exists(Path.Combine(Repository.Root, path)) || Path.Exists(Path.Combine(Repository.Root, "AuthServer", path));

    private static string Unfenced(string text) => Fences().Replace(text, "");

    [GeneratedRegex(@"\]\((?<path>[^)\s]+)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Links();

    [GeneratedRegex(@"`(?<path>[\w.-]+(/[\w.-]+)*/?)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.Multiline, 1000)]
    private static partial Regex Fences();
}
