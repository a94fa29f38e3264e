using AuthServer.Email;

namespace AuthServer.Users;

internal static class UsersRegistration
{
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<AdminCreation>();
        builder.Services.AddScoped<IMailWriter, InvitationMail>();
    }
}
