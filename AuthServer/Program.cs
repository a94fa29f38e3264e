using System.Globalization;
using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.EmailAddresses;
using AuthServer.Accounts.Identity;
using AuthServer.Accounts.Passwords;
using AuthServer.Accounts.Profile;
using AuthServer.Accounts.Registration;
using AuthServer.Accounts.SignIn;
using AuthServer.AuditTrail;
using AuthServer.Cli;
using AuthServer.Compliance.DataRights;
using AuthServer.Compliance.Erasure;
using AuthServer.Import;
using AuthServer.Mail.Outbox;
using AuthServer.Pages;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Telemetry;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Refresh;
using AuthServer.Staff.Access;
using AuthServer.Staff.ApiKeys;
using AuthServer.Staff.AuditSearch;
using AuthServer.Staff.Invitations;
using AuthServer.Staff.Physicians;
using AuthServer.Staff.Statistics;
using AuthServer.Staff.Support;
using AuthServer.Staff.Tenants;
using AuthServer.Staff.Users;

namespace AuthServer;

internal static class Program
{
    private static Task<int> Main(string[] args) => RunAsync(args, Terminal.OfProcess());

    /// <summary>The exit code, when all is done.</summary>
    /// <param name="args">The line.</param>
    /// <param name="terminal">Where it reads and writes.</param>
    /// <param name="adjust">What a test changes before anything is added.</param>
    internal static async Task<int> RunAsync(string[] args, Terminal terminal, Action<WebApplicationBuilder>? adjust = null)
    {
        // The machine's language must not decide what equals what.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

        var commandLine = new CommandLine(args, terminal);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            Args = commandLine.Settings,
            ContentRootPath = AppContext.BaseDirectory,
        });
        adjust?.Invoke(builder);
        builder.Configuration.AddEnvironmentAliases();
        builder.AddLogging();

        Add(builder);
        if (await commandLine.RunWithoutServerAsync(builder) is { } exitCode)
        {
            return exitCode;
        }

        await using var app = builder.Build();
        Map(app);
        return await commandLine.RunAsync(app);
    }

    private static void Add(WebApplicationBuilder builder)
    {
        // What every slice stands on
        builder.AddEdge();
        builder.AddDatabase();
        builder.AddRateLimits();
        builder.Services.AddPolicies();
        builder.Services.AddHealth();
        builder.AddTelemetry();
        builder.Services.AddDescription();

        // Capabilities
        builder.AddAudit();
        builder.AddCredentials();
        builder.AddEmail();
        builder.AddTokens();
        builder.AddSessions();
        builder.AddAccounts();
        builder.AddErasure();
        builder.AddStaff();

        // Slices
        builder.AddRegistration();
        builder.AddSignIn();
        builder.AddPasswords();
        builder.AddEmailVerification();
        builder.AddProfile();
        builder.AddUsers();
        builder.AddInvitations();
        builder.AddStatistics();
        builder.AddSupport();
        builder.AddTenants();
        builder.AddPhysicians();
        builder.AddApiKeys();
        builder.AddAuditing();
        builder.AddDataRights();
        builder.AddImport();

        // Faces
        builder.AddPages();
    }

    private static void Map(WebApplication app)
    {
        app.UseEdge();
        app.UseAuthentication();
        app.UseApiKeyLimits();
        app.UseRateLimiter();
        app.UseAuthorization();

        app.MapHealth();
        app.MapDescription();
        app.MapDocsPage();
        app.MapTokens();
        app.MapPages();

        var api = app.MapGroup("/api/v1");
        api.MapRegistration();
        api.MapSignIn();
        api.MapSessions();
        api.MapPasswords();
        api.MapEmailVerification();
        api.MapProfile();
        api.MapUsers();
        api.MapInvitations();
        api.MapStatistics();
        api.MapSupport();
        api.MapTenants();
        api.MapPhysicians();
        api.MapApiKeys();
        api.MapAuditing();
        api.MapDataRights();
    }
}
