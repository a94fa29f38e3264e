using System.CommandLine;
using AuthServer.Email;

namespace AuthServer.Cli;

/// <summary><c>mail list</c></summary>
internal sealed class MailListCommand : ICliCommand
{
    public Command Command { get; } = new("list", "List the mails that were given up, oldest first");

    public Task<int> RunAsync(ParseResult line, IServiceProvider services) => CommandLine.WithDatabaseAsync("Mails cannot be listed", async () =>
    {
        await using var scope = services.CreateAsyncScope();
        var letters = await scope.ServiceProvider.GetRequiredService<DeadLetters>().ListAsync(CancellationToken.None);
        foreach (var letter in letters)
        {
            Console.WriteLine($"{letter.Id}  {letter.Kind}  {letter.Address}  {letter.CreatedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}  {letter.Attempts} attempts  {letter.Error}");
        }

        await Console.Error.WriteLineAsync($"{letters.Count} mails were given up.");
        return null;
    });
}

/// <summary><c>mail retry</c></summary>
internal sealed class MailRetryCommand : ICliCommand
{
    private readonly Argument<Guid?> _id = new("id")
    {
        Description = "The mail, as listed",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (Guid.TryParse(result.Tokens[0].Value, out var id))
            {
                return id;
            }

            // It is a setting, then, and stands for itself.
            result.OnlyTake(0);
            return null;
        },
    };

    private readonly Option<bool> _all = new("--all") { Description = "All of them" };

    public MailRetryCommand() => Command = new("retry", "Send mails after all that were given up") { _id, _all };

    public Command Command { get; }

    public Task<int> RunAsync(ParseResult line, IServiceProvider services) => CommandLine.WithDatabaseAsync("Nothing will be sent again", async () =>
    {
        var id = line.GetValue(_id);
        if (id is null == !line.GetValue(_all))
        {
            return "Give either the id of a mail or --all.";
        }

        await using var scope = services.CreateAsyncScope();
        var count = await scope.ServiceProvider.GetRequiredService<DeadLetters>().RetryAsync(id, CancellationToken.None);
        if (count == 0 && id is not null)
        {
            return $"No mail {id} was given up.";
        }

        Console.WriteLine($"{count} mails will be sent again.");
        return null;
    });
}

/// <summary><c>mail test</c></summary>
internal sealed class MailTestCommand : ICliCommand
{
    private readonly Option<string> _to = new("--to") { Description = "Where to", Required = true };

    public MailTestCommand() => Command = new("test", "Send a mail at once, and say what the mail server says to it") { _to };

    public Command Command { get; }

    public async Task<int> RunAsync(ParseResult line, IServiceProvider services)
    {
        var (sender, now) = (services.GetRequiredService<MailSender>(), services.GetRequiredService<TimeProvider>().GetUtcNow());
        var text = $"This is a test of {sender.Name}.";
        await using var session = services.GetRequiredService<IMailTransport>().Open();
        var outcome = await session.SendAsync(new(new Mail(line.GetValue(_to)!, "Test", $"<p>{System.Net.WebUtility.HtmlEncode(text)}</p>", text, "en"), sender.MessageIdOf(Guid.CreateVersion7(now)), now), CancellationToken.None);
        var reason = outcome switch
        {
            DeliveryOutcome.Unusable { Reason: var said } => $"The mail server cannot be used: {said}",
            DeliveryOutcome.PutOff { Reason: var said } => $"The mail server does not take it now: {said}",
            DeliveryOutcome.Refused { Reason: var said } => $"The mail server refuses it: {said}",
            _ => null,
        };
        await (reason is null ? Console.Out : Console.Error).WriteLineAsync(reason ?? "The mail was handed over.");
        return reason is null ? 0 : CommandLine.Failed;
    }
}
