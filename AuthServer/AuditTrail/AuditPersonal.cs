using System.Net;
using AuthServer.Domain;

namespace AuthServer.AuditTrail;

/// <summary>What is personal in an audit event.</summary>
internal sealed record AuditPersonal(Guid? ActorId, Guid? SubjectId, IPAddress? IpAddress, string? UserAgent, string? Detail)
{
    public static AuditPersonal Of(AuditEvent audit) => new(audit.ActorId, audit.SubjectId, audit.IpAddress, audit.UserAgent, audit.Detail);

    /// <summary>
    /// What is left of it when a person is erased, the same as the database's <c>erase_from_audit</c> leaves: address and device belong to
    /// whoever acted, what was said is about the account it happened to.
    /// </summary>
    public AuditPersonal Without(Guid person, Guid pseudonym) => new(
        ActorId == person ? pseudonym : ActorId,
        SubjectId == person ? pseudonym : SubjectId,
        (ActorId ?? person) == person ? null : IpAddress,
        (ActorId ?? person) == person ? null : UserAgent,
        SubjectId == person ? null : Detail);
}
