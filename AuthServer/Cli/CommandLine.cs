using System.CommandLine;
using System.Security.Cryptography;
using AuthServer.Data;
using AuthServer.Http;
using AuthServer.Tokens;
using AuthServer.Users;
using Npgsql;

namespace AuthServer.Cli;

/// <summary>
/// The same binary from the command line: serving is what it does when nothing else is asked. What needs no server is
/// answered before one is built, because building it already needs a configuration without faults.
/// </summary>
internal sealed class CommandLine
{
    private const int Failed = 1;
    private const int BadConfiguration = 78; // EX_CONFIG of sysexits.h

    private static readonly char[] PasswordAlphabet = [.. "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"];

    private readonly Option<bool> _check = new("--check-configuration") { Description = "Say what is wrong with the configuration, and exit" };
    private readonly Option<string> _email = new("--email") { Description = "The administrator's address", Required = true };
    private readonly Option<bool> _ifNone = new("--if-none") { Description = "Do nothing if there is an administrator already" };
    private readonly Command _createAdmin;
    private readonly Command _healthCheck;
    private readonly ParseResult _parsed;

    public CommandLine(string[] args)
    {
        _createAdmin = new("create-admin", "Make a platform administrator. The password comes from ADMIN_PASSWORD; without it one is made and shown once.") { _email, _ifNone };
        _healthCheck = new("healthcheck", "Ask the server in this container whether it is ready; for HEALTHCHECK");
        var root = new RootCommand("AuthServer: sign-in for apps.")
        {
            _check, new Command("serve", "Serve (the default)"), _createAdmin, _healthCheck,
        };
        foreach (var command in root.Subcommands.Prepend(root))
        {
            command.SetAction(static _ => 0);
            command.Add(new Argument<string[]>("settings") { Description = "Any setting, as --Section:Key=value", Arity = ArgumentArity.ZeroOrMore });
        }

        _parsed = root.Parse(args);
        Settings = [.. new[] { root, Asked }.Distinct().SelectMany(command => _parsed.GetValue((Argument<string[]>)command.Arguments[0]) ?? [])];
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
        if (Asked == _createAdmin)
        {
            return await CreateAdminAsync(app.Services);
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

    private async Task<int> CreateAdminAsync(IServiceProvider services)
    {
        var given = Environment.GetEnvironmentVariable("ADMIN_PASSWORD");
        var password = string.IsNullOrEmpty(given) ? RandomNumberGenerator.GetString(PasswordAlphabet, 24) : given;
        try
        {
            await using var scope = services.CreateAsyncScope();
            switch (await scope.ServiceProvider.GetRequiredService<AdminCreation>().CreateAsync(_parsed.GetValue(_email)!, password, _parsed.GetValue(_ifNone), CancellationToken.None))
            {
                case AdminCreationOutcome.Created created:
                    Console.WriteLine($"Administrator: {created.Email}{(string.IsNullOrEmpty(given) ? $"  password: {password}  (shown only now)" : "")}");
                    return 0;
                case AdminCreationOutcome.Faulted faulted:
                    return Refuse(string.Join(' ', faulted.Messages));
                default:
                    return 0;
            }
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            return Refuse("The database does not answer.");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return Refuse("The database has not been migrated: run the Migrations program.");
        }
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine($"No administrator was made: {reason}");
        return Failed;
    }
}
