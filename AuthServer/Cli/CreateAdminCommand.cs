using System.CommandLine;
using System.Security.Cryptography;
using AuthServer.Users;

namespace AuthServer.Cli;

/// <summary><c>create-admin</c></summary>
internal sealed class CreateAdminCommand : ICliCommand
{
    private static readonly char[] PasswordAlphabet = [.. "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"];

    private readonly Option<string> _email = new("--email") { Description = "The administrator's address", Required = true };
    private readonly Option<bool> _ifNone = new("--if-none") { Description = "Do nothing if there is an administrator already" };

    public CreateAdminCommand() =>
        Command = new("create-admin", "Make a platform administrator. The password comes from ADMIN_PASSWORD; without it one is made and shown once.") { _email, _ifNone };

    public Command Command { get; }

    public Task<int> RunAsync(ParseResult line, IServiceProvider services) => CommandLine.WithDatabaseAsync("No administrator was made", async () =>
    {
        var given = Environment.GetEnvironmentVariable("ADMIN_PASSWORD");
        var password = string.IsNullOrEmpty(given) ? RandomNumberGenerator.GetString(PasswordAlphabet, 24) : given;
        await using var scope = services.CreateAsyncScope();
        switch (await scope.ServiceProvider.GetRequiredService<AdminCreation>().CreateAsync(line.GetValue(_email)!, password, line.GetValue(_ifNone), CancellationToken.None))
        {
            case AdminCreationOutcome.Created created:
                Console.WriteLine($"Administrator: {created.Email}{(string.IsNullOrEmpty(given) ? $"  password: {password}  (shown only now)" : "")}");
                return null;
            case AdminCreationOutcome.Faulted faulted:
                return string.Join(' ', faulted.Messages);
            default:
                return null;
        }
    });
}
