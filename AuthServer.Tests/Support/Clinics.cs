using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Support;

/// <summary>Tenants, and people with something to say there.</summary>
internal static class Clinics
{
    public static async Task<Guid> NewClinicAsync(this TestServer server)
    {
        var id = Guid.CreateVersion7();
        await server.Database.ExecuteAsync(
            "INSERT INTO tenants (id, slug, name, status, settings, created_at) VALUES (@id, @slug, 'A clinic', 'active', '{}', @now)",
            ("id", id), ("slug", $"clinic-{id:N}"), ("now", server.Clock.GetUtcNow()));
        return id;
    }

    public static Task JoinAsync(this TestServer server, SignedIn person, Guid tenant, string role) => server.Database.ExecuteAsync(
        "INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES (@user, @tenant, @role, @now)",
        ("user", person.UserId), ("tenant", tenant), ("role", role), ("now", server.Clock.GetUtcNow()));

    /// <summary>A new person with this role at the tenant, signed in there.</summary>
    public static async Task<SignedIn> SignInAtAsync(this TestServer server, Guid tenant, string role)
    {
        var person = await server.Api.RegisterAsync();
        await server.JoinAsync(person, tenant, role);
        return await server.Api.LoginAsync(person.Email);
    }

    /// <summary>How many such events there are about this person.</summary>
    public static Task<long> AuditedAsync(this TestServer server, string type, SignedIn subject, string outcome = "success") => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND subject_id = @subject AND outcome = @outcome", ("type", type), ("subject", subject.UserId), ("outcome", outcome));
}
