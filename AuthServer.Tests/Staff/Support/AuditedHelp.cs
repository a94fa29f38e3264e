using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

/// <summary>Audit events about support.</summary>
internal static class AuditedHelp
{
    /// <summary>The number of such events about this person.</summary>
    public static Task<long> AuditedAsync(this TestServer server, string type, SignedIn subject, string outcome = "success") =>
        server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND subject_id = @subject AND outcome = @outcome", ("type", type), ("subject",
            subject.UserId), ("outcome", outcome));
}
