using AuthServer.Domain;

namespace AuthServer.Tests.Infrastructure;

/// <summary>People with roles that registration does not give.</summary>
internal static class StaffAccounts
{
    private static int _physicians;

    /// <summary>A new person with this role, signed in; a physician has a verified licence.</summary>
    public static async Task<SignedIn> SignInAsAsync(this TestServer server, string role)
    {
        var person = role == Role.Physician ? await server.RegisterUnverifiedPhysicianAsync() : await server.Api.RegisterAsync();
        if (role == Role.Physician)
        {
            await server.Database.ExecuteAsync(
                "UPDATE licences SET state = 'verified' FROM physicians p WHERE p.id = physician_id AND p.user_id = @user", ("user",
                    person.UserId));
        }
        else if (role != Role.Patient)
        {
            await server.Database.ExecuteAsync(
                "INSERT INTO user_roles (user_id, role_id) VALUES (@user, @role)", ("user", person.UserId), ("role", Role.IdOf(role)));
        }

        return await server.Api.LoginAsync(person.Email);
    }

    /// <summary>A new physician whose licence nobody has verified.</summary>
    public static Task<SignedIn> RegisterUnverifiedPhysicianAsync(this TestServer server) => server.Api.RegisterAsync(more: new
    {
        role = Role.Physician,
        physician = new
        {
            language_preference = "he",
            license_number = $"IL-1234-{Interlocked.Increment(ref _physicians)}",
            specialty = "cardiology",
        },
    });
}
