using System.Globalization;
using AuthServer.Accounts;
using AuthServer.Accounts.SignIn;
using AuthServer.AuditTrail;
using AuthServer.Cli;
using AuthServer.Compliance;
using AuthServer.Import;
using AuthServer.Mail.Outbox;
using AuthServer.Pages;
using AuthServer.Platform;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Telemetry;
using AuthServer.Platform.Web;
using AuthServer.Sessions;
using AuthServer.Staff;

namespace AuthServer;

/// <summary>The wings, in the order in which they build on each other. Each registers and maps its own leaves.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => RunAsync(args, Terminal.OfProcess());

    /// <param name="args">The command line.</param>
    /// <param name="terminal">What it reads from and writes to.</param>
    /// <param name="adjust">What a test changes before anything is added.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] args, Terminal terminal, Action<WebApplicationBuilder>? adjust = null)
    {
        try
        {
            return await RunWingsAsync(args, terminal, adjust);
        }
        catch (Exception exception) when (OperatorFaults.Find(exception) is not null)
        {
            await terminal.Error.WriteLineAsync($"The server was not started: {OperatorFaults.Find(exception)!.Sentence}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> RunWingsAsync(string[] args, Terminal terminal, Action<WebApplicationBuilder>? adjust)
    {
        // The machine's language must not decide what equals what.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

        var commandLine = new CommandLine(args, terminal);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            // Settings are read once: a watcher would need an inotify instance, and the machine may have none left.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. commandLine.Settings],
            ContentRootPath = AppContext.BaseDirectory,
        });
        adjust?.Invoke(builder);
        if (builder.Environment.IsDevelopment())
        {
            builder.Configuration.AddDotEnv();
        }

        builder.Configuration.AddEnvironmentAliases();
        builder.AddLogging();

        builder.AddPlatform();
        builder.AddAuditTrail();
        builder.AddMail();
        builder.AddSessions();
        builder.AddAccounts();
        builder.AddCompliance();
        builder.AddStaff();
        builder.AddImport();
        builder.AddPages();
        if (await commandLine.RunWithoutServerAsync(builder) is { } exitCode)
        {
            return exitCode;
        }

        var app = builder.Build();
        app.UseEdge();
        app.UseAuthentication();
        app.UseApiKeyLimits();
        app.UseWriteLimits();
        app.UseGrantLimits();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseRequestBodies();

        var api = app.MapGroup("/api/v1");
        app.MapPlatform();
        app.MapSessions(api);
        api.MapAccounts();
        api.MapCompliance();
        api.MapStaff();
        app.MapPages();
        return await commandLine.RunAsync(app);
    }
}
