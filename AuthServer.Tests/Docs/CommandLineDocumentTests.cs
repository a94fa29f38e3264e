using System.CommandLine;
using AuthServer.Cli;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Docs;

/// <summary>
/// <c>docs/command-line.md</c> agrees with the help of each command, and <c>docs/runbook.md</c> mentions only existing commands.
/// </summary>
public sealed class CommandLineDocumentTests
{
    private static readonly CommandTree Tree = new(CommandTable.Make());

    public static TheoryData<string> Commands => [.. Leaves(Tree.Root, "").Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_command_has_its_chapter_with_its_options_and_examples(string name)
    {
        var command = Leaves(Tree.Root, "").Single(found => found.Name == name).Command;
        var chapter =
            Repository
                .Read("docs/command-line.md")
                .Split($"\n### `{name}`\n")
                .Should()
                .HaveCount(2).And.Subject
                .Last()
                .Split("\n## ")[0].Split("\n### ")[0];

        foreach (var option in command.Options)
        {
            chapter.Should().Contain(option.Name);
        }

        foreach (var example in Tree.Find(command)?.Examples ?? [name])
        {
            $"{chapter}\n".Should().Contain($"\nAuthServer {example}");
            Tree.Root.Parse(example.Split(" >>")[0]).Errors.Should().BeEmpty();
        }
    }

    [Fact]
    public void No_chapter_is_about_a_command_that_is_not_there() =>
        Repository
            .Read("docs/command-line.md")
            .Split('\n')
            .Where(line => line.StartsWith("### `", StringComparison.Ordinal))
            .Select(line => line[5..^1])
            .Should().BeEquivalentTo(Leaves(Tree.Root, "").Select(command => command.Name));

    [Theory]
    [InlineData("docs/runbook.md", 15)]
    [InlineData("docs/command-line.md", 25)]
    public void Each_line_that_a_document_has_one_type_is_understood(string document, int atLeast)
    {
        var lines = Repository
            .Read(document)
            .Split('\n')
            .Select(line => line.TrimStart())
            .Where(line => line.StartsWith("AuthServer ", StringComparison.Ordinal))
            .Select(line => line["AuthServer ".Length..].Split(" #")[0].Split(" >")[0].Trim())
            .ToList();

        lines.Should().HaveCountGreaterThanOrEqualTo(atLeast);
        foreach (var line in lines)
        {
            var parsed = Tree.Root.Parse(line);
            parsed.Errors.Should().BeEmpty("{0} should be understood", line);
            CommandLineSettings
                .Misunderstood(CommandLineSettings.Of(parsed, Tree.Root, parsed.CommandResult.Command), isServing: false)
                .Should()
                .BeNull("{0} should be understood", line);
        }
    }

    private static IEnumerable<(string Name, Command Command)> Leaves(Command parent, string path) =>
        parent.Subcommands.SelectMany(command => command.Subcommands.Count > 0
            ? Leaves(command, $"{path}{command.Name} ")
            : [($"{path}{command.Name}", command)]);
}
