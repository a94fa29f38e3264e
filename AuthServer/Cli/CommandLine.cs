using System.CommandLine;
using System.Security.Cryptography;
using AuthServer.Http;
using AuthServer.Tokens;
using AuthServer.Users;

namespace AuthServer.Cli;

/// <summary>The same binary from the command line: serving is what it does when nothing else is asked.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int BadConfiguration = 78; // EX_CONFIG of sysexits.h

    private static readonly char[] PasswordAlphabet = [.. "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"];

    public static Task<int> RunAsync(WebApplication app, string[] args)
    {
        var check = new Option<bool>("--check-configuration") { Description = "Say what is wrong with the configuration, and exit" };
        var root = new RootCommand("AuthServer: sign-in for apps") { check, CreateAdmin(app), HealthCheck(app) };
        var serve = new Command("serve", "Serve (the default)");
        serve.SetAction((_, cancellationToken) => ServeAsync(app, cancellationToken));
        root.Add(serve);
        root.SetAction((parsed, cancellationToken) => parsed.GetValue(check) ? Task.FromResult(CheckConfiguration(app)) : ServeAsync(app, cancellationToken));
        // Settings such as --Server:PublicUrl=… belong to the configuration.
        root.TreatUnmatchedTokensAsErrors = false;
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static async Task<int> ServeAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if (CheckConfiguration(app) is var code and not 0)
        {
            return code;
        }

        if (await app.Services.GetRequiredService<KeyRing>().FaultAsync(cancellationToken) is { } fault)
        {
            await Console.Error.WriteLineAsync($"Configuration: {fault}");
            return BadConfiguration;
        }

        await app.RunAsync(cancellationToken);
        return 0;
    }

    private static int CheckConfiguration(WebApplication app)
    {
        var faults = ConfigurationCheck.Faults(app.Services);
        foreach (var fault in faults)
        {
            Console.Error.WriteLine($"Configuration: {fault}");
        }

        return faults.Count > 0 ? BadConfiguration : 0;
    }

    private static Command CreateAdmin(WebApplication app)
    {
        var email = new Option<string>("--email") { Description = "The administrator's address", Required = true };
        var ifNone = new Option<bool>("--if-none") { Description = "Do nothing if there is an administrator already" };
        var command = new Command("create-admin", "Make a platform administrator. The password comes from ADMIN_PASSWORD; without it one is made and shown once.") { email, ifNone };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (CheckConfiguration(app) is var code and not 0)
            {
                return code;
            }

            var given = Environment.GetEnvironmentVariable("ADMIN_PASSWORD");
            var password = string.IsNullOrEmpty(given) ? RandomNumberGenerator.GetString(PasswordAlphabet, 24) : given;
            await using var scope = app.Services.CreateAsyncScope();
            switch (await scope.ServiceProvider.GetRequiredService<AdminCreation>().CreateAsync(parsed.GetValue(email)!, password, parsed.GetValue(ifNone), cancellationToken))
            {
                case AdminCreationOutcome.Created created:
                    Console.WriteLine($"Administrator: {created.Email}{(string.IsNullOrEmpty(given) ? $"  password: {password}  (shown only now)" : "")}");
                    return 0;
                case AdminCreationOutcome.Faulted faulted:
                    Console.Error.WriteLine($"No administrator was made: {string.Join(' ', faulted.Messages)}");
                    return Failed;
                default:
                    return 0;
            }
        });
        return command;
    }

    private static Command HealthCheck(WebApplication app)
    {
        var command = new Command("healthcheck", "Ask the server in this container whether it is ready; for HEALTHCHECK");
        command.SetAction(async (_, cancellationToken) =>
        {
            try
            {
                using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
                client.Timeout = TimeSpan.FromSeconds(4);
                var ports = app.Configuration["HTTP_PORTS"] ?? app.Configuration["ASPNETCORE_HTTP_PORTS"] ?? "8080";
                var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{ports.Split(';')[0]}/health/ready"), cancellationToken);
                return answer.IsSuccessStatusCode ? 0 : Failed;
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                return Failed;
            }
        });
        return command;
    }
}
