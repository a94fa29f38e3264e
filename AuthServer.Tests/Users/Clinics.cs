using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Users;

/// <summary>Tenants and what people are there, as a test needs them.</summary>
internal static class Clinics
{
    private static int _made;

    /// <summary>A new tenant: its id and its slug.</summary>
    public static async Task<(Guid Id, string Slug)> MakeClinicAsync(this TestServer server, string status = "active")
    {
        var (id, slug) = (Guid.CreateVersion7(), $"users-clinic-{Interlocked.Increment(ref _made)}");
        await server.Database.ExecuteAsync(
            """INSERT INTO tenants (id, slug, name, status, settings, created_at) VALUES (@id, @slug, @slug, @status, '{"self_registration":false,"require_verified_email":false,"require_mfa":false}', now())""",
            ("id", id), ("slug", slug), ("status", status));
        return (id, slug);
    }

    /// <summary>Somebody new who is that at the tenant, signed in for it.</summary>
    public static async Task<SignedIn> SignInAtAsync(this TestServer server, Guid tenant, string role)
    {
        var person = await server.Api.RegisterAsync();
        await server.JoinAsync(person.UserId, tenant, role);
        return await server.Api.LoginAsync(person.Email);
    }

    public static Task JoinAsync(this TestServer server, Guid person, Guid tenant, string role) => server.Database.ExecuteAsync(
        "INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES (@user, @tenant, @role, now())", ("user", person), ("tenant", tenant), ("role", role));

    public static async Task<JsonNode> ListPeopleAsync(this TestServer server, SignedIn staff, string query = "") =>
        await (await server.Api.GetAsync("users" + query, staff.AccessToken)).ShouldBeAsync(200);

    public static IEnumerable<Guid> Ids(this JsonNode page) => page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>());

    /// <summary>How often this was done to somebody, and by whom.</summary>
    public static Task<long> AuditedAsync(this TestServer server, string type, Guid actor, Guid subject) => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND actor_id = @actor AND subject_id = @subject AND outcome = 'success'", ("type", type), ("actor", actor), ("subject", subject));
}
