using System.Text.Json;
using AuthServer.Domain;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Refresh;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>Reads a person as they see themselves: one statement, because every app asks for it at every start.</summary>
internal sealed class UserViewQuery(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Needs <c>@user_id</c> and <c>@today</c>.</summary>
    internal const string Sql = """
        SELECT u.id, CASE WHEN NOT u.is_anonymous THEN u.email END, u.user_name, u.full_name, u.locale, u.email_confirmed,
            u.two_factor_enabled, u.created_at, u.last_login_at,
            ARRAY(SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id
                WHERE ur.user_id = u.id AND NOT u.is_anonymous ORDER BY r.name) AS roles,
            p.id, p.language_preference, p.specialty, p.private_pool,
            p.vacation_mode AND (p.vacation_until IS NULL OR p.vacation_until >= @today),
                CASE WHEN p.vacation_until >= @today THEN p.vacation_until END, p.accepting_patients,
            p.id IS NOT NULL AND EXISTS (
                SELECT 1 FROM licences l
                WHERE l.physician_id = p.id AND l.state = 'verified' AND (l.expires_on IS NULL OR l.expires_on >= @today)) AS is_licensed,
            CASE WHEN p.id IS NOT NULL THEN (
                SELECT json_agg(json_build_object('id', l.id, 'jurisdiction', l.jurisdiction, 'number', l.number, 'state', l.state,
                    'expires_on', l.expires_on) ORDER BY l.id)
                FROM licences l WHERE l.physician_id = p.id)::text END AS licences,
            (SELECT json_agg(json_build_object('tenant', json_build_object('id', t.id, 'slug', t.slug, 'name', t.name), 'role', m.role)
                ORDER BY m.created_at, m.tenant_id, m.role)
                FROM memberships m JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active'
                    WHERE m.user_id = u.id AND NOT u.is_anonymous)::text AS memberships
        FROM users u LEFT JOIN physicians p ON p.user_id = u.id AND NOT u.is_anonymous
        WHERE u.id = @user_id
        """;

    /// <summary>The person, or null where the account is gone.</summary>
    public async Task<UserView?> FindAsync(Guid userId, Guid? tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddRange(Parameters(userId, clock));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row, tenantId) : null;
    }

    /// <summary>The same statement as a step of a batch; its row is for <see cref="Read"/>.</summary>
    public static NpgsqlBatchCommand Step(Guid userId, TimeProvider clock)
    {
        var step = new NpgsqlBatchCommand(Sql);
        step.Parameters.AddRange(Parameters(userId, clock));
        return step;
    }

    public static UserView Read(NpgsqlDataReader row, Guid? tenantId)
    {
        var memberships = row.IsDBNull(19) ? [] : JsonSerializer.Deserialize(row.GetString(19), AccountsJson.Default.ListMembershipView)!;
        var isLicensed = row.GetBoolean(17);
        return new()
        {
            Id = row.GetGuid(0),
            Email = Text(row, 1),
            Username = Text(row, 2),
            FullName = Text(row, 3),
            Locale = Text(row, 4),
            EmailVerified = row.GetBoolean(5),
            MfaEnabled = row.GetBoolean(6),
            IsAnonymous = row.IsDBNull(1),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(7),
            LastLoginAt = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
            Roles = TokenSubject.Effective(row.GetFieldValue<string[]>(9), isLicensed),
            Memberships = memberships,
            Tenant = memberships.Find(membership => membership.Tenant.Id == tenantId)?.Tenant,
            Physician = row.IsDBNull(10) ? null : ReadPhysician(row, isLicensed),
        };
    }

    private static PhysicianView ReadPhysician(NpgsqlDataReader row, bool isLicensed) => new()
    {
        Id = row.GetGuid(10),
        LanguagePreference = Text(row, 11),
        Specialty = Text(row, 12),
        PrivatePool = row.GetBoolean(13),
        VacationMode = row.GetBoolean(14),
        VacationUntil = row.IsDBNull(15) ? null : row.GetFieldValue<DateOnly>(15),
        AcceptingPatients = row.GetBoolean(16),
        Status = Platform.Persistence.SnakeCase.Of(isLicensed ? LicenceState.Verified : LicenceState.Pending),
        Licences = row.IsDBNull(18) ? [] : JsonSerializer.Deserialize(row.GetString(18), AccountsJson.Default.ListLicenceView)!,
    };

    private static NpgsqlParameter[] Parameters(Guid userId, TimeProvider clock) =>
        [
            new NpgsqlParameter<Guid>("user_id", userId),
            new NpgsqlParameter<DateOnly>("today", DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime))];

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
