using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Staff.ApiKeys;

namespace AuthServer.Cli;

/// <summary><c>api-keys create</c></summary>
internal sealed class ApiKeyCreateCommand : ICliCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The name of the service that will use it" };
    private readonly Option<string> _owner =
        new("--owner") { Description = "Id or e-mail address of the administrator who answers for it", Required = true };
    private readonly Option<string> _scopes = new("--scopes") { Description = "What it may do, separated by commas", Required = true };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Slug of the tenant to limit it to" };
    private readonly Option<DateTimeOffset?> _expiresAt = TimeOption.Make(
        "--expires-at", "When it expires, at most a year ahead; by default after 90 days");

    public ApiKeyCreateCommand() =>
        Command = new("create", "Create an API key, which is shown once") { _name, _owner, _scopes, _tenant, _expiresAt };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = [
        "api-keys create billing --owner you@example.com --scopes users:read",
        "api-keys create billing --owner noa@example.com --scopes users:read,tenants:read --tenant north-clinic "
            + "--expires-at 2027-01-01T00:00Z"];

    public string Failure => "No API key was created";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var line = run.Line;
        var request = new CreateApiKeyRequest(
            line.GetValue(_name), line.GetValue(_scopes)!.Split(',', StringSplitOptions.TrimEntries), line.GetValue(_expiresAt),
            line.GetValue(_tenant));
        if (Faults.In(request) is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        var scope = AccountSelector.Scope(run);
        if (await AccountSelector.FindAsync(run, line.GetValue(_owner)!) is not { } owner)
        {
            return AccountSelector.Missing("such account");
        }

        switch (await run.Get<ApiKeyCreation>().CreateForAsync(owner, request, AccountSelector.Call(run, scope)))
        {
            case ApiKeyCreationOutcome.Made made:
                run.Output.Write(made.Key, made.Key.Key);
                run.Output.Note($"{ApiKeyLine.Of(made.Key)}. The key is not shown again.");
                return CommandOutcome.Done;
            case ApiKeyCreationOutcome.Invalid invalid:
                return new CommandOutcome.Misused(Faults.Of(invalid.Errors));
            case ApiKeyCreationOutcome.Refused { Reason: var reason } when reason == ErrorCodes.Forbidden:
                return new CommandOutcome.Failed("Its owner has to be an administrator of the platform, or of that tenant.", reason.Code);
            case var outcome:
                return CommandOutcome.Refuse(((ApiKeyCreationOutcome.Refused)outcome).Reason);
        }
    }
}
