using AuthServer.Platform.Persistence;

namespace AuthServer.Mail.Transport;

/// <summary>A mail with what belongs to this one sending of it.</summary>
/// <param name="Mail">What it says, and to whom.</param>
/// <param name="MessageId">The same however often it is sent, so that a repeated delivery can be recognised.</param>
/// <param name="Date">When it was written.</param>
/// <param name="SenderName">The name it comes from, instead of the server's own.</param>
internal sealed record OutgoingMessage(RenderedMail Mail, string MessageId, DateTimeOffset Date, string? SenderName = null);

/// <summary>What became of a mail.</summary>
internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The name in metrics.</summary>
    public string Name => SnakeCase.Of(GetType().Name);

    /// <summary>The mail server has taken it: from here on it is responsible.</summary>
    public sealed record Sent : DeliveryOutcome;

    /// <summary>There was nobody to send it to.</summary>
    public sealed record Dropped : DeliveryOutcome;

    /// <summary>Not now, perhaps later.</summary>
    public sealed record PutOff(string Reason) : DeliveryOutcome;

    /// <summary>This mail will never be taken.</summary>
    public sealed record Refused(string Reason) : DeliveryOutcome;

    /// <summary>The mail server cannot be used, which is no mail's fault.</summary>
    public sealed record Unusable(string Reason) : DeliveryOutcome;
}

/// <summary>The way out of the house.</summary>
internal interface IMailTransport
{
    /// <summary>Begins a run of mails, for which one connection is kept; it is made when the first of them is sent.</summary>
    IMailSession Open();
}

/// <summary>One mail after the other over one connection.</summary>
internal interface IMailSession : IAsyncDisposable
{
    /// <summary>Hands a mail over. It answers what became of it, and throws only where <paramref name="cancellationToken"/> was.</summary>
    Task<DeliveryOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}

/// <summary>How long the mail server may take.</summary>
/// <param name="Connecting">Until it has greeted us and knows who we are.</param>
/// <param name="Mail">For a mail, connecting included.</param>
internal sealed record MailTimeouts(TimeSpan Connecting, TimeSpan Mail)
{
    public static readonly MailTimeouts Usual = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
}
