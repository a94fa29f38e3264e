using System.Net;

namespace AuthServer.Domain;

/// <summary>Something that happened to an account or a session, successful or not. Written once, never changed.</summary>
public sealed class AuditEvent
{
    private AuditEvent()
    {
    }

    internal AuditEvent(string type, AuditOutcome outcome, DateTimeOffset now)
    {
        Type = type;
        Outcome = outcome;
        OccurredAt = now;
    }

    /// <summary>Ascends in the order of insertion.</summary>
    public long Id { get; private set; }

    /// <summary>What happened: one of the names in <c>AuditTrail/AuditEvents.cs</c>.</summary>
    public string Type { get; private set; } = "";

    /// <summary>Whether it came about.</summary>
    public AuditOutcome Outcome { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>Who did it; null where nobody was signed in.</summary>
    public Guid? ActorId { get; internal init; }

    /// <summary>To whose account it happened; null where the account is not known.</summary>
    public Guid? SubjectId { get; internal init; }

    /// <summary>The tenant it happened in.</summary>
    public Guid? TenantId { get; internal init; }

    /// <summary>The session it happened in or to.</summary>
    public Guid? SessionId { get; internal init; }

    /// <summary>The client's address.</summary>
    public IPAddress? IpAddress { get; internal init; }

    /// <summary>The client's user agent, cut at 512 characters.</summary>
    public string? UserAgent { get; internal init; }

    /// <summary>The request, as in <c>X-Request-ID</c>.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>Why, in one word, where the type and outcome leave it open.</summary>
    public string? Reason { get; internal init; }

    /// <summary>What staff said about it, or what exactly was changed.</summary>
    public string? Detail { get; internal init; }

    /// <summary>Random; hides in the row's sealed hash what is personal. Null once that was erased. The database gives it.</summary>
    public Guid? Salt { get; private set; }

    /// <summary>Stands in for what was personal and has been erased, so that the seal still holds. See <c>Audit/</c>.</summary>
    public byte[]? ErasureProof { get; private set; }
}

/// <summary>Whether what was tried came about.</summary>
public enum AuditOutcome
{
    /// <summary>It came about.</summary>
    Success,

    /// <summary>It was refused.</summary>
    Failure,
}
