using System.CommandLine;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Tenants;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary><c>tenants list</c>, <c>create</c>, <c>suspend</c> and <c>reopen</c></summary>
internal static class TenantCommands
{
    private const int PageSize = 100;

    public static ICliCommand List()
    {
        var search = new Option<string?>("--search") { Description = "Part of the slug or the name" };
        var status = new Option<string?>("--status") { Description = "active or suspended" };
        return new PlainCommand(
            new Command("list", "List tenants, newest first") { search, status }, "Tenants cannot be listed",
            run => ListAsync(run, new() { Search = run.Line.GetValue(search), Status = run.Line.GetValue(status) }),
            "tenants list", "tenants list --status suspended --json");
    }

    public static ICliCommand Create()
    {
        var slug = new Argument<string>("slug") { Description = "Its permanent name in requests: lower-case letters, digits and hyphens" };
        var name = new Option<string>("--name") { Description = "The display name", Required = true };
        return new PlainCommand(
            new Command("create", "Create a tenant") { slug, name }, "No tenant was created",
            run => CreateAsync(run, new(run.Line.GetValue(slug), run.Line.GetValue(name))),
            "tenants create north-clinic --name \"North Clinic\"");
    }

    public static ICliCommand Suspend() => Change(
        "suspend", "Suspend a tenant; its memberships have no effect meanwhile", "The tenant was not suspended", TenantStatus.Suspended,
        "tenants suspend north-clinic --reason \"The contract has ended.\"");

    public static ICliCommand Reopen() => Change(
        "reopen", "Reopen a suspended tenant", "The tenant was not reopened", TenantStatus.Active,
        "tenants reopen north-clinic --reason \"The contract goes on.\"");

    private static PlainCommand Change(string verb, string description, string failure, TenantStatus status, string example)
    {
        var slug = new Argument<string>("slug") { Description = "The tenant" };
        var reason = new Option<string>("--reason") { Description = "Why, for the audit log", Required = true };
        return new(
            new Command(verb, description) { slug, reason }, failure,
            run => SetAsync(run, run.Line.GetValue(slug)!, status, new(run.Line.GetValue(reason))), example);
    }

    private static async Task<CommandOutcome> ListAsync(CommandRun run, TenantFilter filter)
    {
        if (Faults.In(filter) is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        var (scope, request) = (AccountSelector.Scope(run), new PageRequest<Guid>(Limit: PageSize));
        Page<TenantRecord> page;
        do
        {
            page = await scope.ListAsync(filter, request, run.Stopping);
            run.Output.WriteList("ID                                    STATUS     SLUG  MEMBERS  NAME", page.Items, TextOf);
            request = request with { After = page.Next };
        }
        while (page.Next is not null);

        run.Output.Note($"{Plural.Of(page.Total, "tenant", "tenants")}.");
        return CommandOutcome.Done;
    }

    private static async Task<CommandOutcome> CreateAsync(CommandRun run, CreateTenantRequest request) =>
        Faults.In(request) is { } fault
            ? new CommandOutcome.Misused(fault)
            : await AnswerAsync(
                run, await run.Get<TenantCreation>().CreateAsync(request, AccountSelector.Call(run, AccountSelector.Scope(run))));

    private static async Task<CommandOutcome> SetAsync(CommandRun run, string slug, TenantStatus status, TenantStatusRequest request)
    {
        var scope = AccountSelector.Scope(run);
        if (Faults.In(request) is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        return await scope.Tenants.Where(tenant => tenant.Slug == slug).Select(tenant => (Guid?)tenant.Id)
            .SingleOrDefaultAsync(run.Stopping) is { } id
            ? await AnswerAsync(
                run, await run.Get<TenantSuspension>().SetAsync(id, status, request.Reason!, AccountSelector.Call(run, scope)))
            : AccountSelector.Missing("such tenant");
    }

    private static async Task<CommandOutcome> AnswerAsync(CommandRun run, TenantOutcome outcome)
    {
        switch (outcome)
        {
            case TenantOutcome.Saved saved:
                var tenant = (await AccountSelector.Scope(run).FindTenantAsync(saved.Id, run.Stopping))!;
                run.Output.Write(tenant, TextOf(tenant));
                return CommandOutcome.Done;
            case TenantOutcome.Invalid invalid:
                return new CommandOutcome.Misused(Faults.Of(invalid.Errors));
            default:
                return CommandOutcome.Refuse(((TenantOutcome.Refused)outcome).Reason);
        }
    }

    private static string TextOf(TenantRecord tenant) => $"{tenant.Id}  {tenant.Status,-9}  {tenant.Slug}  {tenant.Members}  {tenant.Name}";
}
