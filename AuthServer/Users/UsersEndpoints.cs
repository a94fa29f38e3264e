using AuthServer.Email;
using AuthServer.Http;

namespace AuthServer.Users;

/// <summary>Everybody's accounts, for those who administer them.</summary>
internal static class UsersEndpoints
{
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<AdminCreation>();
        builder.Services.AddScoped<IMailWriter, InvitationMail>();
    }

    public static void MapUsers(this IEndpointRouteBuilder api) => _ = api.MapGroup("/users").WithTags("Users").ValidatesRequests();
}
