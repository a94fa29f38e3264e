using System.Text.Json.Serialization;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.AuditSearch;

/// <summary>An audit event.</summary>
public sealed record AuditItem
{
    /// <summary>Ascends in the order of recording.</summary>
    public required long Id { get; init; }

    /// <summary>What happened, such as <c>session.started</c>.</summary>
    [OneOf(typeof(AuditEvents))]
    public required string Type { get; init; }

    /// <summary><c>success</c>, or <c>failure</c> if it was refused.</summary>
    [OneOf(typeof(AuditOutcome))]
    public required string Outcome { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Who did it, a person or an API key; null if nobody was signed in, or if the server did it.</summary>
    public required Guid? ActorId { get; init; }

    /// <summary>The account it happened to; null if that is not known.</summary>
    public required Guid? UserId { get; init; }

    /// <summary>The tenant it happened in.</summary>
    public required Guid? TenantId { get; init; }

    /// <summary>The session it happened in, or that it affected.</summary>
    public required Guid? SessionId { get; init; }

    /// <summary>The client's address.</summary>
    public required string? IpAddress { get; init; }

    /// <summary>The client's user agent.</summary>
    public required string? UserAgent { get; init; }

    /// <summary>The request, as in <c>X-Request-ID</c>.</summary>
    public required string? RequestId { get; init; }

    /// <summary>One word of explanation where type and outcome do not say enough.</summary>
    public required string? Reason { get; init; }

    /// <summary>The note staff entered, or exactly what was changed.</summary>
    public required string? Detail { get; init; }

    /// <summary>Whether personal data was erased from it; the ids of that person are then pseudonyms.</summary>
    public required bool Erased { get; init; }

    internal static AuditItem Of(AuditEvent audit) => new()
    {
        Id = audit.Id,
        Type = audit.Type,
        Outcome = SnakeCase.Of(audit.Outcome),
        OccurredAt = audit.OccurredAt,
        ActorId = audit.ActorId,
        UserId = audit.SubjectId,
        TenantId = audit.TenantId,
        SessionId = audit.SessionId,
        IpAddress = audit.IpAddress?.ToString(),
        UserAgent = audit.UserAgent,
        RequestId = audit.RequestId,
        Reason = audit.Reason,
        Detail = audit.Detail,
        Erased = audit.Salt is null,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EstimatedPage<AuditItem, long>))]
internal sealed partial class AuditingJson : JsonSerializerContext;
