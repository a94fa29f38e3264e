using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>A tenant with data of every kind, none of which people of another tenant may see or change.</summary>
internal sealed class OtherTenant
{
    private const string Mark = "zelda-marker";

    // Different from the document's examples; otherwise the walk would sign in with it.
    private const string Password = "violet tractor symphony";

    // Every table that can contain data of the tenant, restricted to it.
    private const string ChecksumSql = """
        WITH people AS (SELECT DISTINCT user_id AS id FROM memberships WHERE tenant_id = @tenant)
        SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
            SELECT t::text FROM tenants t WHERE id = @tenant
            UNION ALL SELECT m::text FROM memberships m WHERE tenant_id = @tenant OR user_id IN (SELECT id FROM people)
            UNION ALL SELECT u::text FROM users u WHERE id IN (SELECT id FROM people)
            UNION ALL SELECT r::text FROM user_roles r WHERE user_id IN (SELECT id FROM people)
            UNION ALL SELECT p::text FROM physicians p WHERE user_id IN (SELECT id FROM people)
            UNION ALL SELECT l::text FROM licences l JOIN physicians p ON p.id = l.physician_id WHERE p.user_id IN (SELECT id FROM people)
            UNION ALL SELECT s::text FROM sessions s WHERE tenant_id = @tenant OR user_id IN (SELECT id FROM people)
            UNION ALL SELECT k::text FROM api_keys k WHERE tenant_id = @tenant OR owner_id IN (SELECT id FROM people)
            UNION ALL SELECT a::text FROM assisted_resets a WHERE tenant_id = @tenant OR user_id IN (SELECT id FROM people)) AS lines (line)
        """;

    private readonly TestServer _server;

    private OtherTenant(TestServer server, Clinic clinic) => (_server, Clinic) = (server, clinic);

    public Clinic Clinic { get; }

    public Guid UserId { get; private init; }

    public string Email { get; private init; } = "";

    public Guid SessionId { get; private init; }

    public Guid PhysicianId { get; private init; }

    public Guid LicenceId { get; private init; }

    public Guid ResetId { get; private init; }

    public Guid KeyId { get; private init; }

    /// <summary>Values that must not occur in any response.</summary>
    public IEnumerable<string> Marks =>
        [Mark, Clinic.Slug, .. new[] { Clinic.Id, UserId, SessionId, PhysicianId, LicenceId, ResetId, KeyId }.Select(id => id.ToString())];

    public static async Task<OtherTenant> OpenAsync(TestServer server)
    {
        var clinic = await server.OpenClinicAsync(slug: $"{Mark}-{Clinics.NewSlug()}", name: $"The clinic of {Mark}");
        var registered = await server.Api.RegisterAsync($"{Mark}-{Guid.NewGuid():N}@example.net", Password, more: new
        {
            role = Role.Physician,
            full_name = $"Doctor {Mark}",
            username = $"{Mark}-{Clinics.NewSlug()}",
            physician = new { language_preference = "he", license_number = $"{Mark}-1", license_jurisdiction = "IL", specialty = Mark },
        });
        await server.ProveMailboxAsync(registered);
        await server.JoinAsync(registered.UserId, clinic, Role.Physician);
        var admin = await server.SignInAtAsync(Role.Admin, clinic);
        var person = await server.Api.LoginAsync(registered.Email, Password, deviceName: $"The phone of {Mark}");
        var physician = await server.Database.QueryAsync<Guid>("SELECT id FROM physicians WHERE user_id = @id", ("id", person.UserId));
        return new(server, clinic)
        {
            UserId = person.UserId,
            Email = person.Email,
            SessionId = person.SessionId,
            PhysicianId = physician,
            LicenceId = await server.Database.QueryAsync<Guid>("SELECT id FROM licences WHERE physician_id = @id", ("id", physician)),
            KeyId = (await server.MakeKeyAsync(admin, new { name = $"The service of {Mark}" })).Id,
            ResetId = await server.Database.QueryAsync<Guid>("""
                INSERT INTO assisted_resets (id, user_id, requested_by, tenant_id, reason, state, created_at, expires_at)
                VALUES (gen_random_uuid(), @user, @user, @tenant, 'zelda-marker lost it', 'pending', now(), now() + interval '1 hour')
                    RETURNING id
                """, ("user", person.UserId), ("tenant", clinic.Id)),
        };
    }

    public Task<string> ChecksumAsync() => _server.Database.QueryAsync<string>(ChecksumSql, ("tenant", Clinic.Id));

    /// <summary>Values for a path parameter behind this segment; empty if it is not known yet.</summary>
    public IReadOnlyList<Guid> IdsBehind(string segment, string parameter) => (segment, parameter) switch
    {
        ("users", "id") => [UserId],
        ("tenants", "id") => [Clinic.Id],
        ("physicians", "id") => [PhysicianId, UserId],
        ("licences", "id") => [LicenceId],
        ("sessions", "id" or "sessionId") => [SessionId],
        ("password-resets", "id") => [ResetId],
        ("api-keys", "id") => [KeyId],
        _ => [],
    };

    /// <summary>A value for a query parameter or a member of a body; null for those that identify nobody.</summary>
    public string? ValueOf(string name) => name.ToLowerInvariant() switch
    {
        "tenant" or "slug" => Clinic.Slug,
        "tenant_id" => Clinic.Id.ToString(),
        "user" or "user_id" or "after" or "actor" => UserId.ToString(),
        "physician_id" => PhysicianId.ToString(),
        "licence" or "licence_id" => LicenceId.ToString(),
        "session" or "session_id" => SessionId.ToString(),
        "email" => Email,
        "search" => Mark,
        _ => null,
    };
}
