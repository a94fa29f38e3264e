using System.CommandLine;
using System.Security.Cryptography;
using AuthServer.Platform.Web;
using AuthServer.Staff.Users;

namespace AuthServer.Cli;

/// <summary><c>create-admin</c></summary>
internal sealed class CreateAdminCommand : ICliCommand
{
    private static readonly char[] PasswordAlphabet = [.. "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"];

    private readonly Option<string> _email = new("--email") { Description = "The administrator's e-mail address", Required = true };
    private readonly Option<bool> _ifNone = new("--if-none") { Description = "Do nothing if there is an administrator already" };

    public CreateAdminCommand() =>
        Command = new(
            "create-admin",
            "Create a platform administrator. The password is taken from ADMIN_PASSWORD; without it one is generated and shown once.")
            {
                _email,
                _ifNone
            };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = [
        "create-admin --email you@example.com", "create-admin --email you@example.com --if-none"];

    public string Failure => "No administrator was created";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var given = run.Get<IConfiguration>()["ADMIN_PASSWORD"];
        var made = string.IsNullOrEmpty(given) ? RandomNumberGenerator.GetString(PasswordAlphabet, 24) : null;
        switch (await run.Get<AdminCreation>().CreateAsync(
            run.Line.GetValue(_email)!, Secret.Of(made ?? given)!, run.Line.GetValue(_ifNone), run.Stopping))
        {
            case AdminCreationOutcome.Created created:
                run.Output.Write(
                    new AdminAnswer(true, created.Email, made),
                    $"Administrator: {created.Email}{(made is null ? "" : $"  password: {made}  (shown only now)")}");
                return CommandOutcome.Done;
            case AdminCreationOutcome.Invalid faulted:
                return new CommandOutcome.Failed(string.Join(' ', faulted.Messages));
            default:
                if (run.Output.IsJson)
                {
                    run.Output.Write(new AdminAnswer(false, null, null), "");
                }

                run.Output.Note("There is an administrator already; nothing was done.");
                return CommandOutcome.Done;
        }
    }
}

/// <summary>
/// The result: <c>Created</c> is false if an administrator exists already; the password is set only if it was generated.
/// </summary>
internal sealed record AdminAnswer(bool Created, string? Email, string? Password)
{
    public override string ToString() => $"{nameof(AdminAnswer)} {Email} [redacted]";
}
