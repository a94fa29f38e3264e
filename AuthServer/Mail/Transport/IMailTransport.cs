using AuthServer.Platform.Persistence;

namespace AuthServer.Mail.Transport;

/// <summary>
/// A mail and the data of this delivery. The Message-ID is the same for every attempt, so that a duplicate delivery can be
/// recognised; the sender name replaces the server's own.
/// </summary>
internal sealed record OutgoingMessage(RenderedMail Mail, string MessageId, DateTimeOffset Date, string? SenderName = null);

internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The name in metrics.</summary>
    public string Name => SnakeCase.Of(GetType().Name);

    /// <summary>The mail server has accepted it and is responsible from here on.</summary>
    public sealed record Sent : DeliveryOutcome;

    /// <summary>There was nobody to send it to.</summary>
    public sealed record Dropped : DeliveryOutcome;

    /// <summary>A temporary failure.</summary>
    public sealed record PutOff(string Reason) : DeliveryOutcome;

    /// <summary>The mail server will never accept this mail.</summary>
    public sealed record Refused(string Reason) : DeliveryOutcome;

    /// <summary>The mail server is unavailable, whatever the mail.</summary>
    public sealed record Unusable(string Reason) : DeliveryOutcome;
}

/// <summary>The way mails leave the server.</summary>
internal interface IMailTransport
{
    /// <summary>Starts a batch of mails that share one connection, which is opened for the first of them.</summary>
    IMailSession Open();
}

/// <summary>Sends mails one after the other over one connection.</summary>
internal interface IMailSession : IAsyncDisposable
{
    /// <summary>Sends a mail and returns the outcome. Throws only if <paramref name="cancellationToken"/> was cancelled.</summary>
    Task<DeliveryOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}

/// <summary>How long the mail server may take: to connect and sign in, and in total for one mail, connecting included.</summary>
internal sealed record MailTimeouts(TimeSpan Connecting, TimeSpan Mail)
{
    public static readonly MailTimeouts Usual = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
}
