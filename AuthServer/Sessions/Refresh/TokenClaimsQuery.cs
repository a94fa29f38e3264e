using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.AccessTokens;

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

    /// <summary>
    /// The same with the time and method of authentication and the session's end, for a session that continues. Also needs
    /// <c>s.expires_at, s.last_used_at, s.idle_timeout</c>.
    /// </summary>
    public const string ColumnsOfSession = $"""
        {Columns}, s.authenticated_at, s.authentication_methods, least(s.expires_at, s.last_used_at + s.idle_timeout) AS session_ends_at
        """;

    public const string Joins = $"""
        LEFT JOIN physicians p ON p.user_id = u.id AND NOT u.is_anonymous
        LEFT JOIN tenants t ON t.id = s.tenant_id AND t.status = 'active' AND NOT u.is_anonymous
            AND EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.tenant_id = t.id)
            AND {VerifiedEmailRule.IsEnough}
        """;

    private static readonly Dictionary<Guid, string> RoleNames = Role.All.ToDictionary(role => role.Id, role => role.Name!);

    public static TokenSubject Read(RowReader row)
    {
        var (id, version, isVerified) = (row.Read<Guid>("id"), row.Read<int>("token_version"), row.Read<bool>("email_confirmed"));
        var roles = row.Read<Guid[]>("role_ids").Select(role => RoleNames.GetValueOrDefault(role)).OfType<string>();
        var physician = row.ReadNullable<Guid>("physician_id");
        var isLicensed = row.Read<bool>("is_licensed");
        return new(
            id, version, isVerified, TokenSubject.Effective(roles, isLicensed), physician, row.ReadNullable<Guid>("tenant_id"),
            TokenSubject.Effective(row.Read<string[]>("tenant_roles"), isLicensed));
    }

    public static TokenClaims ReadWithSession(RowReader row) =>
        new(Read(row), row.Read<DateTimeOffset>("authenticated_at"), row.Read<string[]>("authentication_methods"),
            row.Read<DateTimeOffset>("session_ends_at"));
}
