namespace AuthServer.Domain;

/// <summary>
/// A mail waiting to be sent, written in the transaction of the act that causes it: <c>pending → sent | dropped | dead</c>. It
/// never holds a token or a link: those are created when it is sent.
/// </summary>
public sealed class OutgoingEmail
{
    private OutgoingEmail()
    {
    }

    internal OutgoingEmail(string kind, Guid? userId, string address, string? language, string data, DateTimeOffset now)
    {
        Id = Guid.CreateVersion7(now);
        Kind = kind;
        UserId = userId;
        Address = address;
        Language = language;
        Data = data;
        CreatedAt = now;
        NextAttemptAt = now;
    }

    /// <summary>Used for the Message-ID, so that a duplicate delivery can be recognised.</summary>
    public Guid Id { get; private set; }

    /// <summary>One of the names in <c>Mail/Outbox/MailKinds.cs</c>.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>
    /// The account it concerns; null if somebody gave an address and it has not been looked up yet whether an account has it, or none
    /// has. It is stored once the mail is written: the address may stop being that account's, and erasure has to find the mail.
    /// </summary>
    public Guid? UserId { get; internal set; }

    /// <summary>
    /// The recipient. Without <see cref="UserId"/> it is the canonical address somebody gave, and the mail goes to the spelling the
    /// account uses.
    /// </summary>
    public string Address { get; private set; } = "";

    /// <summary>BCP 47 tag of the requester's language. The account's own language comes first, and the tenant's last.</summary>
    public string? Language { get; internal set; }

    /// <summary>Further values for the text: a JSON object of strings, never a secret.</summary>
    public string Data { get; private set; } = "{}";

    public OutgoingEmailState State { get; private set; }

    /// <summary>How often it was handed to the mail server, including an attempt in progress.</summary>
    public int Attempts { get; private set; }

    /// <summary>Not to be sent before this time; while it is being sent, when another dispatcher may take it over.</summary>
    public DateTimeOffset NextAttemptAt { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was sent, dropped or given up.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>The mail server's last reply, truncated to 500 characters.</summary>
    public string? LastError { get; private set; }
}

public enum OutgoingEmailState
{
    Pending,

    /// <summary>Accepted by the mail server.</summary>
    Sent,

    /// <summary>There was nobody to send it to.</summary>
    Dropped,

    /// <summary>Given up: the mail server refused it permanently or too often.</summary>
    Dead,
}
