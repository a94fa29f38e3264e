using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.AccessTokens;
using Npgsql;

namespace AuthServer.Sessions.Refresh;

/// <summary>
/// Reads what a token says about a person, as part of the statement that starts or rotates a session: one round trip, and token and
/// session describe the same moment. Needs <c>u</c> (users), <c>s.tenant_id</c>, <c>@today</c>. Roles that a guest asked for by
/// registering count once the mailbox is confirmed, when they are no longer a guest.
/// </summary>
internal static class TokenClaimsQuery
{
    public const string Columns = """
        u.id, u.token_version, u.email_confirmed,
        ARRAY(SELECT ur.role_id FROM user_roles ur WHERE ur.user_id = u.id AND NOT u.is_anonymous) AS role_ids,
        p.id AS physician_id,
        p.id IS NOT NULL AND EXISTS (
            SELECT 1 FROM licences l
            WHERE l.physician_id = p.id AND l.state = 'verified' AND (l.expires_on IS NULL OR l.expires_on >= @today)) AS is_licensed,
        t.id AS tenant_id,
        ARRAY(SELECT m.role FROM memberships m WHERE t.id IS NOT NULL AND m.user_id = u.id AND m.tenant_id = t.id) AS tenant_roles
        """;

    public const string Joins = $"""
        LEFT JOIN physicians p ON p.user_id = u.id AND NOT u.is_anonymous
        LEFT JOIN tenants t ON t.id = s.tenant_id AND t.status = 'active' AND NOT u.is_anonymous
            AND EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.tenant_id = t.id)
            AND {VerifiedEmailRule.IsEnough}
        """;

    private static readonly Dictionary<Guid, string> RoleNames = Role.All.ToDictionary(role => role.Id, role => role.Name!);

    /// <summary>Reads the eight columns, starting at the first.</summary>
    public static TokenSubject Read(NpgsqlDataReader row)
    {
        var isLicensed = row.GetBoolean(5);
        return new(
            row.GetGuid(0),
            row.GetInt32(1),
            row.GetBoolean(2),
            TokenSubject.Effective(row.GetFieldValue<Guid[]>(3).Select(id => RoleNames.GetValueOrDefault(id)).OfType<string>(), isLicensed),
            row.IsDBNull(4) ? null : row.GetGuid(4),
            row.IsDBNull(6) ? null : row.GetGuid(6),
            TokenSubject.Effective(row.GetFieldValue<string[]>(7), isLicensed));
    }
}
