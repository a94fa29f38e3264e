using System.CommandLine;
using System.CommandLine.Help;

namespace AuthServer.Cli;

/// <summary>Builds the parser from the table: global options, the settings after each command, and help.</summary>
internal sealed class CommandTree
{
    private static readonly string[] FirstSteps = ["serve", "--check-configuration", "create-admin --email you@example.com"];

    private static readonly string[] Endings =
    [
        "", "Exit codes:",
        "  0   done",
        "  1   failed, or refused, or not confirmed at a terminal; standard error says why",
        "  2   the command line is wrong, or --yes is missing and there is no terminal to ask at",
        "  78  the configuration is wrong",
    ];

    private readonly IReadOnlyList<CommandGroup> _groups;
    private readonly Dictionary<Command, ICliCommand> _commands;

    public CommandTree(IReadOnlyList<CommandGroup> groups)
    {
        _groups = groups;
        _commands = groups.SelectMany(group => group.Commands).ToDictionary(command => command.Command);
        Root = new RootCommand(
            "AuthServer: sign-in for apps. Serves if no command is given.") { Json, Check, new Command("serve", "Serve (the default)") };
        foreach (var group in groups)
        {
            Add(group);
        }

        Root.Add(HealthCheck);
        foreach (var command in _commands.Keys
            .Concat(Root.Subcommands.Where(command => command.Subcommands.Count == 0))
            .Append(Root)
            .Distinct())
        {
            command.SetAction(static _ => 0);
            // Shown only in the root command's help.
            command.Add(CommandLineSettings.Make(isHidden: command != Root));
        }

        var help = Root.Options.OfType<HelpOption>().Single();
        help.Action = new CommandHelp((HelpAction)help.Action!, More);
    }

    public RootCommand Root { get; }

    public Option<bool> Check { get; } =
        new("--check-configuration") { Description = "Report everything that is wrong with the configuration, and exit" };

    public Option<bool> Json { get; } =
        new("--json")
        {
            Description = "Write JSON: one document, or for a list one per line; errors as {\"error\":…} on standard error",
            Recursive = true
        };

    public Command HealthCheck { get; } = HealthCommand.Make();

    /// <summary>Null for serving and for commands that need no services.</summary>
    public ICliCommand? Find(Command command) => _commands.GetValueOrDefault(command);

    private void Add(CommandGroup group)
    {
        Command parent = Root;
        if (group.Name is { } noun)
        {
            parent = new Command(noun, group.Description);
            Root.Add(parent);
        }

        foreach (var command in group.Commands)
        {
            parent.Add(command.Command);
        }
    }

    private IEnumerable<string> More(Command command) =>
        ["Examples:", .. ExamplesOf(command).Select(example => $"  AuthServer {example}"), .. command == Root ? Endings : [], ""];

    private IReadOnlyList<string> ExamplesOf(Command command) =>
        command == Root ? FirstSteps
        : command == HealthCheck ? HealthCommand.Examples
        : Find(command) is { } asked ? asked.Examples
        : _groups.FirstOrDefault(group => group.Name == command.Name) is { } noun ? [.. noun.Commands.Select(verb => verb.Examples[0])]
        : ["serve --urls=http://127.0.0.1:8080"];
}
