using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using System.Text.Json;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.SigningKeys;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AuthServer.Cli;

/// <summary>
/// The command line of the server's binary; without a command it serves. Commands that need no services run before the server is
/// built, because building it requires a valid configuration.
/// </summary>
internal sealed class CommandLine
{
    private readonly Terminal _terminal;
    private readonly CommandTree _tree = new(CommandTable.Make());
    private readonly ParseResult _parsed;

    public CommandLine(string[] args, Terminal terminal)
    {
        _terminal = terminal;
        // No @files: arguments are taken literally.
        _parsed = _tree.Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Settings = CommandLineSettings.Of(_parsed, _tree.Root, Asked);
    }

    /// <summary>The remaining arguments, for the configuration, which would take our own options for settings.</summary>
    public string[] Settings { get; }

    private Command Asked => _parsed.CommandResult.Command;

    private bool IsJson => _parsed.GetValue(_tree.Json);

    /// <summary>The exit code, or null if the command needs the server's services.</summary>
    public async Task<int?> RunWithoutServerAsync(WebApplicationBuilder builder)
    {
        if (_parsed.Action is HelpAction or CommandHelp || (_parsed.Errors.Count == 0 && _parsed.Action != Asked.Action))
        {
            return await _parsed.InvokeAsync(new InvocationConfiguration { Output = _terminal.Out, Error = _terminal.Error });
        }

        var output = Output(CliJson.Default.Options);
        if (Misuse() is { } misuse)
        {
            output.Fail($"{misuse} See --help.", "usage");
            return ExitCode.Usage;
        }

        builder.Services.AddJson(CliJson.Default);
        if (_tree.Find(Asked) is not null)
        {
            // Standard output is reserved for the command's answer.
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        await using var services = builder.Services.BuildServiceProvider();
        return Asked == _tree.HealthCheck
            ? await HealthCommand.RunAsync(services.GetRequiredService<IHttpClientFactory>(), builder.Configuration, output)
            : CheckConfiguration(services, builder.Configuration, output);
    }

    public async Task<int> RunAsync(WebApplication app)
    {
        if (_tree.Find(Asked) is { } asked)
        {
            // Tests run several in one process.
            await using (app)
            {
                return await RunAsync(asked, app.Services);
            }
        }

        if (await DatabaseProbe.FaultAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None)
            is { IsLasting: true } lasting)
        {
            await _terminal.Error.WriteLineAsync($"The server was not started: {lasting.Sentence}");
            return ExitCode.Failed;
        }

        if (await app.Services.GetRequiredService<KeyRing>().FaultAsync(CancellationToken.None) is { } fault)
        {
            await _terminal.Error.WriteLineAsync($"Configuration: {fault}");
            return ExitCode.Configuration;
        }

        await app.RunAsync();
        return ExitCode.Done;
    }

    private Output Output(JsonSerializerOptions json) => new(_terminal, IsJson, json);

    private string? Misuse() =>
        _parsed.Errors.Count > 0
            ? $"{string.Join(' ', _parsed.Errors.Select(error => error.Message))}{_parsed.UnmatchedTokens.Select(Meant).FirstOrDefault()}"
        : CommandLineSettings.Misunderstood(Settings, isServing: Asked == _tree.Root) is { } token
            ? $"'{token}' is neither a command nor an option nor a setting (--Section:Key=value).{Meant(token)}"
        : null;

    private string Meant(string token)
    {
        var known = Asked.Subcommands.Select(command => command.Name)
            .Concat(Asked.Options.Concat(_tree.Root.Options).Select(option => option.Name));
        return Spelling.Nearest(token.Split('=')[0], known) is { } meant ? $" Did you mean '{meant}'?" : "";
    }

    private int? CheckConfiguration(IServiceProvider services, IConfiguration configuration, Output output)
    {
        var isServing = _tree.Find(Asked) is null;
        List<string> faults = [.. isServing ? HostCheck.Faults(configuration) : [], .. ConfigurationCheck.Faults(services)];
        foreach (var fault in faults)
        {
            output.Fail($"Configuration: {fault}", "configuration");
        }

        if (faults.Count == 0 && isServing)
        {
            foreach (var warning in OverlookedVariables.In(configuration).Concat(ConfigurationCheck.Hints(services)))
            {
                output.Note($"Warning: {warning}");
            }
        }

        return faults.Count > 0 ? ExitCode.Configuration : _parsed.GetValue(_tree.Check) ? ExitCode.Done : null;
    }

    private async Task<int> RunAsync(ICliCommand command, IServiceProvider services)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var scope = services.CreateAsyncScope();
        var output = Output(services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions);
        switch (await OutcomeAsync(command, new(_parsed, scope.ServiceProvider, output, stopping.Token)))
        {
            case CommandOutcome.Failed failed:
                output.Fail($"{BeginningOf(command, failed)}: {failed.Reason}", failed.Code);
                return ExitCode.Failed;
            case CommandOutcome.Misused misused:
                output.Fail($"{command.Untouched}: {misused.Reason}", "usage");
                return ExitCode.Usage;
            case CommandOutcome.Misconfigured misconfigured:
                output.Fail($"Configuration: {misconfigured.Reason}", "configuration");
                return ExitCode.Configuration;
            default:
                return ExitCode.Done;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    private static string BeginningOf(ICliCommand command, CommandOutcome.Failed failed) =>
        failed.IsUntouched ? command.Untouched : failed.IsBroken ? command.Broken : command.Failure;

    private static async Task<CommandOutcome> OutcomeAsync(ICliCommand command, CommandRun run)
    {
        try
        {
            return await command.RunAsync(run);
        }
        catch (OperationCanceledException) when (run.Stopping.IsCancellationRequested)
        {
            return new CommandOutcome.Failed("Stopped.", "stopped");
        }
        catch (Exception exception) when (OperatorFaults.Find(exception) is not null)
        {
            var isDatabase = DatabaseFaults.IsUnavailable(exception);
            return new CommandOutcome.Failed(
                OperatorFaults.Find(exception)!.Sentence, isDatabase ? ErrorCodes.DatabaseUnavailable.Code : "operation")
            {
                IsBroken = true,
            };
        }
    }
}
