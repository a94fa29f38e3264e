using System.Globalization;
using AuthServer.Accounts.Identity;
using AuthServer.ApiKeys;
using AuthServer.Audit;
using AuthServer.Auditing;
using AuthServer.Cli;
using AuthServer.Credentials;
using AuthServer.DataRights;
using AuthServer.Email;
using AuthServer.EmailVerification;
using AuthServer.Erasure;
using AuthServer.Http;
using AuthServer.Import;
using AuthServer.Pages;
using AuthServer.Passwords;
using AuthServer.Physicians;
using AuthServer.Profile;
using AuthServer.Registration;
using AuthServer.Sessions;
using AuthServer.SignIn;
using AuthServer.Staff;
using AuthServer.Support;
using AuthServer.Tenants;
using AuthServer.Tokens;
using AuthServer.Users;

// The machine's language must not decide what equals what.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

var commandLine = new CommandLine(args);
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = commandLine.Settings, ContentRootPath = AppContext.BaseDirectory });
builder.Configuration.AddKnownEnvironment();
builder.AddLogging();

// What every slice stands on
builder.AddEdge();
builder.AddDatabase();
builder.AddRateLimits();
builder.Services.AddPolicies();
builder.Services.AddHealth();
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
builder.AddSupport();
builder.AddTenants();
builder.AddPhysicians();
builder.AddApiKeys();
builder.AddAuditing();
builder.AddDataRights();
builder.AddImport();

// Faces
builder.AddPages();

if (await commandLine.RunWithoutServerAsync(builder) is { } exitCode)
{
    return exitCode;
}

var app = builder.Build();
app.UseEdge();
app.UseAuthentication();
app.UseKeyLimits();
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
api.MapSupport();
api.MapTenants();
api.MapPhysicians();
api.MapApiKeys();
api.MapAuditing();
api.MapDataRights();

return await commandLine.RunAsync(app);
