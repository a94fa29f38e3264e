using System.CommandLine;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Transport;

namespace AuthServer.Cli;

/// <summary><c>mail dead</c></summary>
internal sealed class MailDeadCommand : ICliCommand
{
    // The command's former name.
    public Command Command { get; } = new("dead", "List the mails that were given up, oldest first") { Aliases = { "list" } };

    public IReadOnlyList<string> Examples { get; } = ["mail dead", "mail dead --json"];

    public string Failure => "Mails cannot be listed";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var letters = await run.Get<DeadLetters>().ListAsync(run.Stopping);
        run.Output.WriteList(
            "ID                                    KIND  ADDRESS  WRITTEN  ATTEMPTS  ANSWER", letters,
            static letter =>
                $"{letter.Id}  {letter.Kind}  {letter.Address}  {letter.CreatedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}  "
                    + $"{Plural.Of(letter.Attempts, "attempt", "attempts")}  {letter.Error}");
        run.Output.Note($"{Plural.Of(letters.Count, "mail was", "mails were")} given up.");
        return CommandOutcome.Done;
    }
}

/// <summary><c>mail retry</c></summary>
internal sealed class MailRetryCommand : ICliCommand
{
    private readonly Argument<Guid?> _id = new("id")
    {
        Description = "The mail's id, as listed",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (Guid.TryParse(result.Tokens[0].Value, out var id))
            {
                return id;
            }

            // Then it is a setting, not the argument.
            result.OnlyTake(0);
            return null;
        },
    };

    private readonly Option<bool> _all = new("--all") { Description = "All of them" };

    public MailRetryCommand() => Command = new("retry", "Retry mails that were given up") { _id, _all };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = ["mail retry 0197e0a4-7c1e-7d3b-9a55-3f1f0c2d4e5a", "mail retry --all"];

    public string Failure => "Nothing will be sent again";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var id = run.Line.GetValue(_id);
        if (id is null == !run.Line.GetValue(_all))
        {
            return new CommandOutcome.Misused("Give either the id of a mail or --all.");
        }

        var count = await run.Get<DeadLetters>().RetryAsync(id, run.Stopping);
        if (count == 0 && id is not null)
        {
            return new CommandOutcome.Failed($"No mail {id} was given up.");
        }

        run.Output.Write(new CountAnswer(count), $"{Plural.Of(count, "mail", "mails")} will be sent again.");
        return CommandOutcome.Done;
    }
}

/// <summary><c>mail test</c></summary>
internal sealed class MailTestCommand : ICliCommand
{
    private readonly Option<string> _to = new("--to") { Description = "The recipient's address", Required = true };

    public MailTestCommand() => Command = new("test", "Send a mail at once, and show the mail server's response") { _to };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = ["mail test --to you@example.com"];

    public string Failure => "No mail was sent";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var (sender, now) = (run.Get<MailSender>(), run.Get<TimeProvider>().GetUtcNow());
        var text = $"This is a test of {sender.Name}.";
        await using var session = run.Get<IMailTransport>().Open();
        var outcome =
            await session.SendAsync(
                new(
                    new RenderedMail(run.Line.GetValue(_to)!, "Test", $"<p>{System.Net.WebUtility.HtmlEncode(text)}</p>", text, "en"),
                    sender.MessageIdOf(Guid.CreateVersion7(now)), now),
                run.Stopping);
        var reason = outcome switch
        {
            DeliveryOutcome.Unusable { Reason: var said } => $"The mail server cannot be used: {said}",
            DeliveryOutcome.PutOff { Reason: var said } => $"The mail server does not accept it now: {said}",
            DeliveryOutcome.Refused { Reason: var said } => $"The mail server refuses it: {said}",
            _ => null,
        };
        if (reason is not null)
        {
            return new CommandOutcome.Failed(reason);
        }

        run.Output.Write(new CountAnswer(1), "The mail was handed over.");
        return CommandOutcome.Done;
    }
}
