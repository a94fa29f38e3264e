using System.Text.Json;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Tenants and their members.</summary>
internal static class Clinics
{
    private static int _made;

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>An unused slug.</summary>
    public static string NewSlug() => $"clinic-{Interlocked.Increment(ref _made)}";

    public static async Task<Clinic> OpenClinicAsync(
        this TestServer server, object? settings = null, string? slug = null, string? name = null, string status = "active")
    {
        slug ??= NewSlug();
        var id = Guid.CreateVersion7(server.Clock.GetUtcNow());
        await server.Database.ExecuteAsync(
            "INSERT INTO tenants (id, slug, name, status, settings, created_at) "
                + "VALUES (@id, @slug, @name, @status, @settings::jsonb, @now)",
            ("id", id), ("slug", slug), ("name", name ?? $"The {slug}"), ("status", status), ("settings",
                JsonSerializer.Serialize(settings ?? new { }, SnakeCase)), ("now", server.Clock.GetUtcNow()));
        return new(id, slug);
    }

    /// <summary>Gives a person a role at a tenant.</summary>
    public static Task JoinAsync(this TestServer server, Guid userId, Clinic clinic, string role) =>
        server.JoinAsync(userId, clinic.Id, role);

    /// <summary>The same by the tenant's id.</summary>
    public static Task JoinAsync(this TestServer server, Guid userId, Guid tenant, string role) => server.Database.ExecuteAsync(
        "INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES (@user, @tenant, @role, clock_timestamp())", ("user",
            userId), ("tenant", tenant), ("role", role));

    /// <summary>A new person with this role at the tenant, signed in there, with a confirmed mailbox.</summary>
    public static async Task<SignedIn> SignInAtAsync(this TestServer server, string role, params Clinic[] clinics)
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        foreach (var clinic in clinics)
        {
            await server.JoinAsync(person.UserId, clinic, role);
        }

        return await server.Api.LoginAsync(person.Email);
    }

    /// <summary>A new person with this role at the tenant, signed in there, whose mailbox is not confirmed.</summary>
    public static async Task<SignedIn> SignInAtAsync(this TestServer server, Guid tenant, string role)
    {
        var person = await server.Api.RegisterAsync();
        await server.JoinAsync(person.UserId, tenant, role);
        return await server.Api.LoginAsync(person.Email);
    }

    public static Task<HttpResponseMessage> SwitchAsync(this Api api, SignedIn person, string? slug) =>
        api.PostAsync("auth/switch-tenant", new { tenant = slug }, person.AccessToken);
}

internal sealed record Clinic(Guid Id, string Slug);
