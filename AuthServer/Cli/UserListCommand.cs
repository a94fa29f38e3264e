using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Staff.Users;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary><c>users list</c></summary>
internal sealed class UserListCommand : ICliCommand
{
    private const int PageSize = 100;

    private readonly Option<string?> _search = new("--search") { Description = "Part of the e-mail address, name or user name" };
    private readonly Option<string?> _role = new("--role") { Description = "patient, physician, admin or support" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Slug of a tenant: its people" };
    private readonly Option<string?> _status = new("--status") { Description = "active, disabled or invited" };
    private readonly Option<int> _limit = new("--limit") { Description = "Maximum number to list", DefaultValueFactory = static _ => 20 };

    public UserListCommand() => Command = new("list", "List accounts, newest first") { _search, _role, _tenant, _status, _limit };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = [
        "users list", "users list --role admin --json", "users list --tenant north-clinic --status disabled --limit 1000"];

    public string Failure => "Accounts cannot be listed";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var left = run.Line.GetValue(_limit);
        var listing =
            new UserListing
            {
                Role = run.Line.GetValue(_role),
                Tenant = run.Line.GetValue(_tenant),
                Search = run.Line.GetValue(_search),
                Status = run.Line.GetValue(_status),
            };
        if (left < 1 || Faults.In(listing) is not null)
        {
            return new CommandOutcome.Misused(Faults.In(listing) ?? "--limit must be at least 1.");
        }

        var (scope, shown, request) = (AccountSelector.Scope(run), 0, new PageRequest<Guid>());
        if (listing.Tenant is { } slug && !await scope.Tenants.AnyAsync(tenant => tenant.Slug == slug, run.Stopping))
        {
            return AccountSelector.Missing("such tenant");
        }

        EstimatedPage<UserRecord, Guid> page;
        do
        {
            request = request with { Limit = Math.Min(left - shown, PageSize) };
            page = await run.Get<UserSearch>().FindAsync(listing, request, scope, run.Stopping);
            run.Output.WriteList("ID                                    STATUS    E-MAIL  ROLES  NAME", page.Items, UserText.Of);
            (request, shown) = (request with { After = page.Next }, shown + page.Items.Count);
        }
        while (shown < left && page.Next is not null);

        run.Output.Note($"{shown} of {page.Total}{(page.TotalIsExact ? "" : " or more")}.");
        return CommandOutcome.Done;
    }
}

/// <summary>Formats a request's validation errors on one line.</summary>
internal static class Faults
{
    public static string? In(IValidated request)
    {
        var errors = new FieldErrors();
        request.Validate(errors);
        return errors.Any ? Of(errors.Messages) : null;
    }

    public static string Of(IReadOnlyDictionary<string, string[]> errors) =>
        string.Join(' ', errors.Select(field => $"{field.Key}: {string.Join(' ', field.Value)}"));
}
