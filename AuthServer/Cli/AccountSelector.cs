using System.CommandLine;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary>The options that select accounts: one by id or e-mail address, a tenant's by its slug, or all.</summary>
internal sealed class AccountSelector
{
    private readonly Option<string?> _user = new("--user") { Description = "Id or e-mail address of one account" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Slug of a tenant: all its people" };

    public IReadOnlyList<Option> Options => [_user, _tenant];

    /// <summary>The operator may see everything.</summary>
    public static StaffScope Scope(CommandRun run) => Staff.Access.StaffScope.ForOperator(run.Get<AuthDbContext>());

    /// <summary>Staff operations as called by the operator.</summary>
    public static StaffCall Call(CommandRun run, StaffScope scope) => new(scope, RequestOrigin.CommandLine, run.Stopping);

    /// <summary>The account with this id or address; null if there is none.</summary>
    public static async Task<Guid?> FindAsync(CommandRun run, string idOrEmail)
    {
        var users = Scope(run).Users;
        var address = EmailAddress.Canonicalize(idOrEmail);
        users = Guid.TryParseExact(idOrEmail, "D", out var id)
            ? users.Where(user => user.Id == id)
            : users.Where(user => user.NormalizedEmail == address);
        return await users.Select(user => (Guid?)user.Id).SingleOrDefaultAsync(run.Stopping);
    }

    /// <summary>The error for an id, address or slug that matches nothing.</summary>
    public static CommandOutcome Missing(string what) =>
        new CommandOutcome.Failed($"There is no {what}.", ErrorCodes.NotFound.Code) { IsUntouched = true };

    /// <summary>How many of the options are given; more than one is an error.</summary>
    public int CountIn(ParseResult line) => (line.GetValue(_user) is null ? 0 : 1) + (line.GetValue(_tenant) is null ? 0 : 1);

    public bool NamesOne(ParseResult line) => line.GetValue(_user) is not null;

    /// <summary>The selected accounts, or why the selection is invalid.</summary>
    public async Task<(AccountFilter? Filter, CommandOutcome? Refusal)> ReadAsync(CommandRun run)
    {
        if (run.Line.GetValue(_user) is { } user)
        {
            return await FindAsync(run, user) is { } userId ? (new() { UserId = userId }, null) : (null, Missing("such account"));
        }

        if (run.Line.GetValue(_tenant) is not { } slug)
        {
            return (new(), null);
        }

        return await Scope(run).Tenants
            .Where(tenant => tenant.Slug == slug)
            .Select(tenant => (Guid?)tenant.Id)
            .SingleOrDefaultAsync(run.Stopping) is { } tenantId
            ? (new() { TenantId = tenantId }, null)
            : (null, Missing("such tenant"));
    }
}
