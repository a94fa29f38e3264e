using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Physicians;

/// <summary>Physicians and those who decide on them.</summary>
internal static class Practice
{
    /// <summary>How every number begins; each is verified for one physician only.</summary>
    public const string Number = "IL-12345";

    private static int _made;

    /// <summary>A physician with an unreviewed licence, who is a member of the tenants.</summary>
    public static async Task<SignedIn> RegisterPhysicianAsync(this TestServer server, params Guid[] tenants)
    {
        var person = await server.Api.RegisterAsync(more: new
        {
            role = "physician",
            full_name = "Noa Cohen",
            physician = new
            {
                language_preference = "he",
                license_number = $"{Number}{Interlocked.Increment(ref _made)}",
                license_jurisdiction = "IL",
                specialty = "cardiology",
            },
        });
        foreach (var tenant in tenants)
        {
            await server.JoinAsync(person.UserId, tenant, Role.Physician);
        }

        return tenants.Length == 0 ? person : await server.Api.LoginAsync(person.Email);
    }

    /// <summary>A physician with a verified licence.</summary>
    public static async Task<SignedIn> VerifiedPhysicianAsync(this TestServer server, params Guid[] tenants)
    {
        var person = await server.RegisterPhysicianAsync(tenants);
        await server.SetLicenceAsync(person, "verified");
        return await server.Api.LoginAsync(person.Email);
    }

    public static Task<int> SetLicenceAsync(this TestServer server, SignedIn physician, string state, DateOnly? expiresOn = null) =>
        server.Database.ExecuteAsync(
        "UPDATE licences SET state = @state, expires_on = @expires_on, reason = CASE @state WHEN 'unverified' THEN 'rejected' END FROM "
            + "physicians p WHERE p.id = physician_id AND p.user_id = @user",
        ("state", state), ("expires_on", (object?)expiresOn ?? DBNull.Value), ("user", physician.UserId));

    /// <summary>As after an import: unverified and never rejected.</summary>
    public static Task<int> ImportLicenceAsync(this TestServer server, SignedIn physician) => server.Database.ExecuteAsync(
        "UPDATE licences SET state = 'unverified', reason = NULL FROM physicians p WHERE p.id = physician_id AND p.user_id = @user",
        ("user", physician.UserId));

    /// <summary>As after an invitation by a tenant: a physician there, and without that role on the platform.</summary>
    public static Task<int> LeavePlatformAsync(this TestServer server, SignedIn physician) =>
        server.Database.ExecuteAsync("DELETE FROM user_roles WHERE user_id = @user", ("user", physician.UserId));

    public static Guid PhysicianId(this SignedIn physician) => physician.Claims["physician"]!.GetValue<Guid>();

    public static Guid LicenceId(this SignedIn physician) => physician.User!["physician"]!["licences"]![0]!["id"]!.GetValue<Guid>();

    public static string LicenceNumber(this SignedIn physician) =>
        physician.User!["physician"]!["licences"]![0]!["number"]!.GetValue<string>();

    public static IEnumerable<string> Roles(this SignedIn person) =>
        person.Claims["role"] is JsonArray roles ? roles.Select(role => role!.GetValue<string>()) : [];

    public static DateOnly Today(this TestServer server) => DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime);

    public static Task<HttpResponseMessage> DecideAsync(this Api api, SignedIn admin, Guid physician, string verb, object? body = null) =>
        api.PostAsync(
            $"physicians/{physician}/{verb}",
            body ?? (verb is "reject" or "suspend" ? new { reason = "The register does not know it." } : null), admin.AccessToken);

    public static Task<string> AuditedAsync(this TestServer server, string type, SignedIn subject) => server.Database.QueryAsync<string>(
        "SELECT coalesce(string_agg(concat_ws('|', outcome, actor_id, tenant_id, detail), E'\n' ORDER BY id), '') FROM audit_events "
            + "WHERE type = @type AND subject_id = @subject", ("type", type), ("subject", subject.UserId));

    /// <summary>Expects the access token to be refused as outdated within a second, and returns the refreshed session.</summary>
    public static async Task<SignedIn> RefusedAsync(this TestServer server, SignedIn person, Api? api = null)
    {
        await Eventually.TrueAsync(
            async () => (int)(await (api ?? server.Api).GetAsync("auth/me", person.AccessToken)).StatusCode == 401, "a refusal");
        await (await (api ?? server.Api).GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);
        return await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
    }
}
