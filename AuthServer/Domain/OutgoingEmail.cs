namespace AuthServer.Domain;

/// <summary>
/// A mail that is owed, written in the transaction of what owes it: <c>pending → sent | dropped | dead</c>. It never holds
/// a token or a link: those are made at the moment it is sent.
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

    /// <summary>The Message-ID is made of it, so that a repeated delivery can be recognised.</summary>
    public Guid Id { get; private set; }

    /// <summary>Which mail: one of the names in <c>Mail/Outbox/MailKinds.cs</c>.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>
    /// Whose account it is about; null where somebody gave an address and nobody has looked yet whether it has an account.
    /// </summary>
    public Guid? UserId { get; private set; }

    /// <summary>
    /// Where it goes; without <see cref="UserId"/> the canonical address somebody gave, and the mail goes to the account's own spelling of
    /// it.
    /// </summary>
    public string Address { get; private set; } = "";

    /// <summary>BCP 47 tag of the language it was asked for in, should the account name none; then the tenant's.</summary>
    public string? Language { get; internal set; }

    /// <summary>What else its text needs: a JSON object of strings, never a secret.</summary>
    public string Data { get; private set; } = "{}";

    /// <summary>How far it has come.</summary>
    public OutgoingEmailState State { get; private set; }

    /// <summary>How often it was handed to the mail server, or is being handed to it now.</summary>
    public int Attempts { get; private set; }

    /// <summary>Not to be tried before; while it is being sent, when another dispatcher may take it over.</summary>
    public DateTimeOffset NextAttemptAt { get; private set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was sent, dropped or given up.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>What the mail server said last, cut at 500 characters.</summary>
    public string? LastError { get; private set; }
}

/// <summary>How far a mail has come.</summary>
public enum OutgoingEmailState
{
    /// <summary>Waits to be sent.</summary>
    Pending,

    /// <summary>The mail server has taken it.</summary>
    Sent,

    /// <summary>There was nobody to send it to.</summary>
    Dropped,

    /// <summary>Given up: the mail server refused it for good, or too often.</summary>
    Dead,
}
