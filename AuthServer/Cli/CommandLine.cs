using System.CommandLine;
using AuthServer.Data;
using AuthServer.Http;
using AuthServer.Tokens;
using Npgsql;

namespace AuthServer.Cli;

/// <summary>
/// The same binary from the command line: serving is what it does when nothing else is asked. What needs no server is
/// answered before one is built, because building it already needs a configuration without faults.
/// </summary>
internal sealed class CommandLine
{
    internal const int Failed = 1;
    private const int BadConfiguration = 78; // EX_CONFIG of sysexits.h

    private readonly Option<bool> _check = new("--check-configuration") { Description = "Say what is wrong with the configuration, and exit" };
    private readonly Command _healthCheck = new("healthcheck", "Ask the server in this container whether it is ready; for HEALTHCHECK");
    private readonly CreateAdminCommand _createAdmin = new();
    private readonly ICliCommand[] _mail = [new MailListCommand(), new MailRetryCommand(), new MailTestCommand()];
    private readonly ParseResult _parsed;

    public CommandLine(string[] args)
    {
        var mail = new Command("mail", "Look after the mails that could not be sent");
        foreach (var command in _mail)
        {
            mail.Add(command.Command);
        }

        var root = new RootCommand("AuthServer: sign-in for apps.")
        {
            _check, new Command("serve", "Serve (the default)"), _createAdmin.Command, mail, _healthCheck,
        };
        foreach (var command in root.Subcommands.Prepend(root).Except([mail]).Concat(mail.Subcommands))
        {
            command.SetAction(static _ => 0);
            command.Add(new Argument<string[]>("settings") { Description = "Any setting, as --Section:Key=value", Arity = ArgumentArity.ZeroOrMore });
        }

        _parsed = root.Parse(args);
        Settings = [.. new[] { root, Asked }.Distinct().SelectMany(command => command.Arguments.OfType<Argument<string[]>>()).SelectMany(settings => _parsed.GetValue(settings) ?? [])];
    }

    /// <summary>The rest of the line, for the configuration: it would take our own options for settings.</summary>
    public string[] Settings { get; }

    private Command Asked => _parsed.CommandResult.Command;

    /// <summary>The exit code, or null where a server is needed to go on.</summary>
    public async Task<int?> RunWithoutServerAsync(WebApplicationBuilder builder)
    {
        // Help, the version, and what is wrong with the line itself.
        if (_parsed.Action != Asked.Action)
        {
            return await _parsed.InvokeAsync();
        }

        if (Misunderstood(Settings) is { } token)
        {
            await Console.Error.WriteLineAsync($"'{token}' is neither a command nor a setting (--Section:Key=value). See --help.");
            return Failed;
        }

        await using var services = builder.Services.BuildServiceProvider();
        if (Asked == _healthCheck)
        {
            return await CheckHealthAsync(services.GetRequiredService<IHttpClientFactory>(), builder.Configuration);
        }

        var faults = ConfigurationCheck.Faults(services);
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync($"Configuration: {fault}");
        }

        return faults.Count > 0 ? BadConfiguration : _parsed.GetValue(_check) ? 0 : null;
    }

    public async Task<int> RunAsync(WebApplication app)
    {
        if (_mail.Prepend(_createAdmin).SingleOrDefault(command => command.Command == Asked) is { } asked)
        {
            return await asked.RunAsync(_parsed, app.Services);
        }

        if (await app.Services.GetRequiredService<KeyRing>().FaultAsync(CancellationToken.None) is { } fault)
        {
            await Console.Error.WriteLineAsync($"Configuration: {fault}");
            return BadConfiguration;
        }

        await app.RunAsync();
        return 0;
    }

    // Settings are --Key=value or --Key value; all else is a mistake that must not start a server.
    private static string? Misunderstood(string[] tokens)
    {
        for (var index = 0; index < tokens.Length; index++)
        {
            if (!tokens[index].StartsWith("--", StringComparison.Ordinal))
            {
                return tokens[index];
            }

            if (!tokens[index].Contains('=', StringComparison.Ordinal) && tokens.ElementAtOrDefault(++index)?.StartsWith("--", StringComparison.Ordinal) != false)
            {
                return tokens[index - 1];
            }
        }

        return null;
    }

    private static async Task<int> CheckHealthAsync(IHttpClientFactory clients, ConfigurationManager configuration)
    {
        try
        {
            using var client = clients.CreateClient();
            client.Timeout = TimeSpan.FromSeconds(4);
            var port = configuration["urls"] is { Length: > 0 } urls ? $"{BindingAddress.Parse(urls.Split(';')[0]).Port}" : (configuration["HTTP_PORTS"] ?? "8080").Split(';')[0];
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
            return answer.IsSuccessStatusCode ? 0 : Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or FormatException)
        {
            return Failed;
        }
    }

    /// <summary>Does it, and answers the exit code; says on one line why it could not: for a reason that is returned, or because of the database.</summary>
    internal static async Task<int> WithDatabaseAsync(string failure, Func<Task<string?>> work)
    {
        string? reason;
        try
        {
            reason = await work();
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            reason = "The database does not answer.";
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            reason = "The database has not been migrated: run the Migrations program.";
        }

        if (reason is not null)
        {
            await Console.Error.WriteLineAsync($"{failure}: {reason}");
        }

        return reason is null ? 0 : Failed;
    }
}
