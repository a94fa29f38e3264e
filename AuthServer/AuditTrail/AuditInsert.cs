namespace AuthServer.AuditTrail;

/// <summary>
/// Inserts audit events, as a statement or as one step of a larger statement. Each argument is SQL; what is not given is NULL.
/// Requires the parameter <c>@now</c>, and those of <see cref="AuditLog.AddOrigin"/> unless the server itself is the actor.
/// </summary>
internal static class AuditInsert
{
    public const string Failure = "'failure'";

    /// <summary>The origin of acts of the server itself, without a request.</summary>
    public const string ByServer = "NULL, NULL, 'server'";

    private const string Nothing = "NULL";
    private const string ByRequest = "@ip, @user_agent, @request_id";

    /// <summary>One event for each row of <paramref name="from"/>, or a single event without it.</summary>
    public static string Sql(
        string type, string outcome = "'success'", string actor = Nothing, string subject = Nothing, string tenant = Nothing,
        string session = Nothing, string origin = ByRequest, string reason = Nothing, string detail = Nothing, string? from = null) =>
        "INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, tenant_id, session_id, ip_address, user_agent, "
        + "request_id, reason, detail) "
            + $"SELECT {type}, {outcome}, @now, {actor}, {subject}, {tenant}, {session}, {origin}, {reason}, {detail}"
            + (from is null ? "" : $" FROM {from}");
}
