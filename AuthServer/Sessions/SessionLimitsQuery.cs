using AuthServer.Domain;
using Npgsql;

namespace AuthServer.Sessions;

/// <summary>
/// Reads how long a session for one tenant may last: the shortest of what the person's roles, on the platform and there, and the tenant
/// itself allow. Part of the statements that start a session or switch its tenant. Needs <c>s.tenant_id</c> in one row, <c>@user_id</c>
/// and <see cref="Parameters"/>.
/// </summary>
internal static class SessionLimitsQuery
{
    public const string Columns = """
        least(coalesce(min(l.idle), @idle[1]), make_interval(mins => max((lt.settings ->> 'session_idle_minutes')::int))) AS idle,
        least(coalesce(min(l.absolute), @absolute[1]),
            make_interval(mins => max((lt.settings ->> 'session_absolute_minutes')::int))) AS absolute
        """;

    // Includes roles that no token carries yet, for lack of a licence or a confirmed mailbox: the session may still be live when
    // they take effect.
    public const string Joins = """
        LEFT JOIN tenants lt ON lt.id = s.tenant_id
        LEFT JOIN unnest(@role_ids, @role_names, @idle, @absolute) AS l (role_id, name, idle, absolute)
            ON l.role_id IN (SELECT ur.role_id FROM user_roles ur WHERE ur.user_id = @user_id)
            OR l.name IN (SELECT m.role FROM memberships m WHERE m.user_id = @user_id AND m.tenant_id = s.tenant_id)
        """;

    public static NpgsqlParameter[] Parameters(SessionSettings settings)
    {
        var limits = settings.ByRole.ToList();
        return
        [
            new("role_ids", limits.Select(limit => Role.IdOf(limit.Role)).ToArray()),
            new("role_names", limits.Select(limit => limit.Role).ToArray()),
            new("idle", limits.Select(limit => limit.Limits.IdleTimeout).ToArray()),
            new("absolute", limits.Select(limit => limit.Limits.AbsoluteTimeout).ToArray()),
        ];
    }
}
