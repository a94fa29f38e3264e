using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.AccessTokens;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>Reads a person as they see themselves, in one statement, because every app requests it at every start.</summary>
internal sealed class UserViewQuery(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Needs <c>@user_id</c> and <c>@today</c>.</summary>
    internal const string Sql = $"""
        SELECT p.id IS NOT NULL AND EXISTS (
                SELECT 1 FROM licences l
                WHERE l.physician_id = p.id AND l.state = 'verified' AND (l.expires_on IS NULL OR l.expires_on >= @today)) AS is_licensed,
            (SELECT json_agg(json_build_object('tenant', json_build_object('id', t.id, 'slug', t.slug, 'name', t.name), 'role', m.role)
                    ORDER BY m.created_at, m.tenant_id, m.role)
                FROM memberships m JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active'
                WHERE m.user_id = u.id AND NOT u.is_anonymous)::text AS memberships,
            u.id, CASE WHEN NOT u.is_anonymous THEN u.email END AS email, u.user_name, u.full_name, u.locale, u.legacy_id,
            u.email_confirmed, u.two_factor_enabled, u.created_at, u.last_login_at,
            ARRAY(SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id
                WHERE ur.user_id = u.id AND NOT u.is_anonymous ORDER BY r.name) AS roles,
            p.id AS physician_id, p.language_preference, p.specialty,
            CASE WHEN p.private_pool THEN coalesce(p.private_pool_name, '{Physician.UnnamedPool}') END AS private_pool,
            p.vacation_mode AND (p.vacation_until IS NULL OR p.vacation_until >= @today) AS is_away,
            CASE WHEN p.vacation_until >= @today THEN p.vacation_until END AS away_until, p.accepting_patients,
            CASE WHEN p.id IS NOT NULL THEN (
                SELECT json_agg(json_build_object('id', l.id, 'jurisdiction', l.jurisdiction, 'number', l.number, 'state', l.state,
                    'expires_on', l.expires_on) ORDER BY l.id)
                FROM licences l WHERE l.physician_id = p.id)::text END AS licences
        FROM users u LEFT JOIN physicians p ON p.user_id = u.id AND NOT u.is_anonymous
        WHERE u.id = @user_id
        """;

    /// <summary>Null if the account is gone.</summary>
    public async Task<UserView?> FindAsync(Guid userId, Guid? tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Add("user_id", userId).Add("today", Today(clock));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(new(row), tenantId) : null;
    }

    /// <summary>The same statement as a step of a batch; read its row with <see cref="Read"/>.</summary>
    public static NpgsqlBatchCommand Step(Guid userId, TimeProvider clock) =>
        SqlStep.Of(Sql).Add("user_id", userId).Add("today", Today(clock));

    // In the order of the columns; initialisers run in the order they are written.
    public static UserView Read(RowReader row, Guid? tenantId)
    {
        var isLicensed = row.Read<bool>("is_licensed");
        var memberships = Json(row.ReadText("memberships"), AccountsJson.Default.ListMembershipView);
        var (id, email) = (row.Read<Guid>("id"), row.ReadText("email"));
        return new()
        {
            Id = id,
            Email = email,
            IsAnonymous = email is null,
            Username = row.ReadText("user_name"),
            FullName = row.ReadText("full_name"),
            Locale = row.ReadText("locale"),
            LegacyId = row.ReadText("legacy_id"),
            EmailVerified = row.Read<bool>("email_confirmed"),
            MfaEnabled = row.Read<bool>("two_factor_enabled"),
            CreatedAt = row.Read<DateTimeOffset>("created_at"),
            LastLoginAt = row.ReadNullable<DateTimeOffset>("last_login_at"),
            Roles = TokenSubject.Effective(row.Read<string[]>("roles"), isLicensed),
            Memberships = memberships,
            Tenant = memberships.Find(membership => membership.Tenant.Id == tenantId)?.Tenant,
            Physician = row.ReadNullable<Guid>("physician_id") is { } physician ? ReadPhysician(physician, row, isLicensed) : null,
        };
    }

    private static PhysicianView ReadPhysician(Guid id, RowReader row, bool isLicensed) => new()
    {
        Id = id,
        LanguagePreference = row.ReadText("language_preference"),
        Specialty = row.ReadText("specialty"),
        PrivatePool = row.ReadText("private_pool"),
        VacationMode = row.Read<bool>("is_away"),
        VacationUntil = row.ReadNullable<DateOnly>("away_until"),
        AcceptingPatients = row.Read<bool>("accepting_patients"),
        Status = SnakeCase.Of(isLicensed ? LicenceState.Verified : LicenceState.Pending),
        Licences = Json(row.ReadText("licences"), AccountsJson.Default.ListLicenceView),
    };

    private static DateOnly Today(TimeProvider clock) => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    private static List<T> Json<T>(string? text, JsonTypeInfo<List<T>> type) =>
        text is null ? [] : JsonSerializer.Deserialize(text, type)!;
}
