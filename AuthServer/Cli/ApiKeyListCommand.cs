using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Staff.ApiKeys;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary><c>api-keys list</c></summary>
internal sealed class ApiKeyListCommand : ICliCommand
{
    private const int PageSize = 100;

    private readonly Option<string?> _tenant = new("--tenant") { Description = "Slug of a tenant: only the keys for its people" };
    private readonly Option<bool> _all = new("--all") { Description = "Include expired and revoked keys" };

    public ApiKeyListCommand() =>
        Command = new("list", "List the valid API keys, newest first; never their secrets") { _tenant, _all };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = ["api-keys list", "api-keys list --tenant north-clinic --all", "api-keys list --json"];

    public string Failure => "API keys cannot be listed";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var (scope, slug) = (AccountSelector.Scope(run), run.Line.GetValue(_tenant));
        if (slug is not null && !await scope.Tenants.AnyAsync(tenant => tenant.Slug == slug, run.Stopping))
        {
            return AccountSelector.Missing("such tenant");
        }

        var filter = new ApiKeyFilter { Status = run.Line.GetValue(_all) ? null : "live" };
        var request = new PageRequest<Guid>(Limit: PageSize);
        Page<ApiKeyRecord> page;
        do
        {
            page = await scope.ListKeysAsync(filter, request, run.Get<TimeProvider>().GetUtcNow(), run.Stopping, slug);
            run.Output.WriteList(
                "ID                                    STATUS   NAME  WHERE  SCOPES  END, LAST USE", page.Items, ApiKeyLine.Of);
            request = request with { After = page.Next };
        }
        while (page.Next is not null);

        run.Output.Note($"{Plural.Of(page.Total, "key", "keys")}.");
        return CommandOutcome.Done;
    }
}

/// <summary>Formats an API key on one line.</summary>
internal static class ApiKeyLine
{
    public static string Of(ApiKeyRecord key) =>
        $"{key.Id}  {key.Status,-7}  {key.Name}  {WhereOf(key)}  {string.Join(' ', key.Scopes)}  "
            + $"{EndOf(key)}{(key.LastUsedAt is { } used ? $", last used {used.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : ", never used")}"
            + $"{(key.ExposedAt is null ? "" : "  [was sent in a URL: replace it]")}";

    public static string WhereOf(ApiKeyRecord key) => key.Tenant is { } slug ? $"@{slug}" : "the platform";

    private static string EndOf(ApiKeyRecord key) =>
        key.RevokedAt is { } revoked
            ? $"revoked {revoked.UtcDateTime:yyyy-MM-dd HH:mm} UTC"
            : $"until {key.ExpiresAt.UtcDateTime:yyyy-MM-dd}";
}
