using System.Net;
using AuthServer.Domain;

namespace AuthServer.AuditTrail;

/// <summary>The personal fields of an audit event.</summary>
internal sealed record AuditPersonal(Guid? ActorId, Guid? SubjectId, IPAddress? IpAddress, string? UserAgent, string? Detail)
{
    public static AuditPersonal Of(AuditEvent audit) => new(audit.ActorId, audit.SubjectId, audit.IpAddress, audit.UserAgent, audit.Detail);

    /// <summary>
    /// What remains when a person is erased; must match the database function <c>erase_from_audit</c>. Address and user agent
    /// belong to the actor, notes to the subject.
    /// </summary>
    public AuditPersonal Without(Guid person, Guid pseudonym) => new(
        ActorId == person ? pseudonym : ActorId,
        SubjectId == person ? pseudonym : SubjectId,
        (ActorId ?? person) == person ? null : IpAddress,
        (ActorId ?? person) == person ? null : UserAgent,
        SubjectId == person ? null : Detail);
}
