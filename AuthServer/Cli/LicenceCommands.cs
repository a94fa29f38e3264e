using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.Physicians;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary><c>licences list</c>, <c>verify</c> and <c>reject</c></summary>
internal static class LicenceCommands
{
    private const int PageSize = 100;

    public static ICliCommand List()
    {
        var state =
            new Option<string>("--state")
            {
                Description = "unverified, pending, verified, suspended or expired",
                DefaultValueFactory = static _ => "pending",
            };
        var tenant = new Option<string?>("--tenant") { Description = "Slug of a tenant: its physicians" };
        return new PlainCommand(
            new Command("list", "List physicians with a licence in a state, and their licences") { state, tenant },
            "Licences cannot be listed",
            run => ListAsync(run, new() { Licence = run.Line.GetValue(state), Tenant = run.Line.GetValue(tenant) }),
            "licences list", "licences list --state expired --tenant north-clinic --json");
    }

    public static ICliCommand Verify()
    {
        var (whom, licence) = (Physician(), WhichLicence());
        var number = new Option<string?>("--number") { Description = "The number that was checked: refused if it has changed meanwhile" };
        var jurisdiction = new Option<string?>("--jurisdiction") { Description = "Who issued it, if it does not say so: IL or US-NY" };
        var expires = new Option<DateOnly?>("--expires-on") { Description = "The last day by the register, such as 2027-12-31" };
        return new PlainCommand(
            new Command("verify", "Verify a pending licence, or renew a verified one with a later last day")
            {
                whom, licence, number, jurisdiction, expires,
            },
            "The licence was not verified",
            run => DecideAsync(
                run, run.Line.GetValue(whom)!,
                new VerifyLicenceRequest(
                    run.Line.GetValue(licence), run.Line.GetValue(number), run.Line.GetValue(jurisdiction), run.Line.GetValue(expires)),
                static (decision, call, id, request) => decision.VerifyAsync(call, id, request)),
            "licences verify dana@example.com --number 1-12345",
            "licences verify dana@example.com --jurisdiction IL --expires-on 2027-12-31");
    }

    public static ICliCommand Reject()
    {
        var (whom, licence) = (Physician(), WhichLicence());
        var reason = new Option<string>("--reason") { Description = "Why; mailed to the physician", Required = true };
        return new PlainCommand(
            new Command("reject", "Return a pending licence to the physician") { whom, licence, reason }, "The licence was not rejected",
            run => DecideAsync(
                run, run.Line.GetValue(whom)!, new RefuseLicenceRequest(run.Line.GetValue(reason), run.Line.GetValue(licence)),
                static (decision, call, id, request) => decision.RejectAsync(call, id, request)),
            "licences reject dana@example.com --reason \"The register does not know this number.\"");
    }

    private static Argument<string> Physician() => new("physician") { Description = "The physician's account: its id or e-mail address" };

    private static Option<Guid?> WhichLicence() => new("--licence") { Description = "Id of the licence, if more than one may be meant" };

    private static async Task<CommandOutcome> ListAsync(CommandRun run, PhysicianQuery query)
    {
        if (Faults.In(query) is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        var (scope, request) = (AccountSelector.Scope(run), new PageRequest<Guid>(Limit: PageSize));
        Page<PhysicianSummary> page;
        do
        {
            page = await run.Get<PhysicianSearch>().FindAsync(scope, query, request, run.Stopping);
            var profiles = await ProfilesAsync(run, scope, page.Items);
            run.Output.WriteList("USER                                  NAME  LICENCES", profiles, TextOf);
            request = request with { After = page.Next };
        }
        while (page.Next is not null);

        run.Output.Note($"{Plural.Of(page.Total, "physician", "physicians")}.");
        return CommandOutcome.Done;
    }

    private static async Task<List<PhysicianProfile>> ProfilesAsync(
        CommandRun run, StaffScope scope, IReadOnlyList<PhysicianSummary> found)
    {
        var ids = found.Select(summary => summary.Id).ToList();
        var names = found.ToDictionary(summary => summary.Id, summary => summary.FullName);
        var today = DateOnly.FromDateTime(run.Get<TimeProvider>().GetUtcNow().UtcDateTime);
        var physicians = await scope.Physicians.AsNoTracking().Include(physician => physician.Licences)
            .Where(physician => ids.Contains(physician.Id)).OrderByDescending(physician => physician.Id).ToListAsync(run.Stopping);
        return physicians.ConvertAll(physician => PhysicianProfile.Of(physician, names[physician.Id], today));
    }

    private static async Task<CommandOutcome> DecideAsync<TRequest>(
        CommandRun run, string whom, TRequest request,
        Func<LicenceDecision, StaffCall, string, TRequest, Task<LicenceDecisionOutcome>> decide) where TRequest : IValidated
    {
        if (Faults.In(request) is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        var scope = AccountSelector.Scope(run);
        var user = await AccountSelector.FindAsync(run, whom);
        if (await scope.Physicians.Where(physician => physician.UserId == user).Select(physician => (Guid?)physician.Id)
            .SingleOrDefaultAsync(run.Stopping) is not { } id)
        {
            return AccountSelector.Missing("such physician");
        }

        switch (await decide(run.Get<LicenceDecision>(), AccountSelector.Call(run, scope), $"{id}", request))
        {
            case LicenceDecisionOutcome.Decided decided:
                run.Output.Write(decided.Profile, TextOf(decided.Profile));
                return CommandOutcome.Done;
            case LicenceDecisionOutcome.Invalid invalid:
                return new CommandOutcome.Misused(Faults.Of(invalid.Errors));
            case LicenceDecisionOutcome.Refused refused:
                return CommandOutcome.Refuse(refused.Error);
            default:
                return CommandOutcome.Refuse(ErrorCodes.InternalError);
        }
    }

    private static string TextOf(PhysicianProfile physician) =>
        $"{physician.UserId}  {physician.FullName ?? "(no name)"}  {string.Join("; ", physician.Licences.Select(TextOf))}";

    private static string TextOf(PhysicianLicence licence) =>
        $"{licence.Number} {licence.Jurisdiction ?? "(no jurisdiction)"} {licence.State}"
            + (licence.ExpiresOn is { } day ? $" until {day:yyyy-MM-dd}" : "");
}
