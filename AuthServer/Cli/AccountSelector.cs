using System.CommandLine;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary>How a line names accounts: one by id or e-mail address, a tenant's by its slug, or everybody's.</summary>
internal sealed class AccountSelector
{
    private readonly Option<string?> _user = new("--user") { Description = "One account: its id or e-mail address" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "The people of one tenant: its slug" };

    /// <summary>To be added to a command.</summary>
    public IReadOnlyList<Option> Options => [_user, _tenant];

    /// <summary>What the operator may see: everything.</summary>
    public static StaffScope Scope(CommandRun run) => Staff.Access.StaffScope.ForOperator(run.Get<AuthDbContext>());

    /// <summary>The operator's call of what staff can do.</summary>
    public static StaffCall Call(CommandRun run, StaffScope scope) => new(scope, RequestOrigin.CommandLine, run.Stopping);

    /// <summary>The account of this id or address; null where there is none.</summary>
    public static async Task<Guid?> FindAsync(CommandRun run, string idOrEmail)
    {
        var users = Scope(run).Users;
        var address = EmailAddress.Canonicalize(idOrEmail);
        users = Guid.TryParseExact(idOrEmail, "D", out var id)
            ? users.Where(user => user.Id == id)
            : users.Where(user => user.NormalizedEmail == address);
        return await users.Select(user => (Guid?)user.Id).SingleOrDefaultAsync(run.Stopping);
    }

    /// <summary>Why it cannot be one account or one tenant.</summary>
    public static CommandOutcome Missing(string what) =>
        new CommandOutcome.Failed($"There is no {what}.", ErrorCodes.NotFound.Code) { IsUntouched = true };

    /// <summary>How many ways the line names somebody: more than one is a mistake.</summary>
    public int CountIn(ParseResult line) => (line.GetValue(_user) is null ? 0 : 1) + (line.GetValue(_tenant) is null ? 0 : 1);

    public bool NamesOne(ParseResult line) => line.GetValue(_user) is not null;

    /// <summary>Whose accounts the line names; or why there are none such.</summary>
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
