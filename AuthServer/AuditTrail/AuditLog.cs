using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.AuditTrail;

/// <summary>
/// Writes audit events. An event is written in the transaction of the act it records: through the context where EF performs the
/// act, or with <see cref="AuditInsert"/> as a step of the statement where SQL does.
/// </summary>
internal static class AuditLog
{
    /// <summary>Adds the parameters <c>@ip, @user_agent, @request_id</c>.</summary>
    public static void AddOrigin(this NpgsqlParameterCollection parameters, RequestOrigin origin)
    {
        parameters.Add(SqlStep.Parameter("ip", origin.Address));
        parameters.Add(SqlStep.Parameter("user_agent", origin.UserAgent));
        parameters.Add(SqlStep.Parameter("request_id", origin.RequestId));
    }

    /// <summary>Adds an event about a person's account, saved with the context's other changes.</summary>
    public static void Audit(
        this AuthDbContext db, string type, DateTimeOffset now, RequestOrigin origin, Guid? actor, Guid? subject, Guid? session = null,
        string? reason = null, AuditOutcome outcome = AuditOutcome.Success, Guid? tenant = null, string? detail = null) =>
        db.AuditEvents.Add(new AuditEvent(type, outcome, now)
        {
            ActorId = actor,
            SubjectId = subject,
            TenantId = tenant,
            SessionId = session,
            IpAddress = origin.Address,
            UserAgent = origin.UserAgent,
            RequestId = origin.RequestId,
            Reason = reason,
            Detail = detail,
        });
}
