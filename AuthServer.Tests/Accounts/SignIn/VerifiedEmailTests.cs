using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.SignIn;

public sealed class VerifiedEmailTests(VerifiedEmailTests.Server server) : IClassFixture<VerifiedEmailTests.Server>
{
    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Where_a_proven_mailbox_is_required_a_right_password_alone_is_told_so()
    {
        var registered = await server.Api.RegisterAsync();

        var wrong = await server.Api.PostAsync("auth/login", new { email = registered.Email, password = "not the password" });
        var right = await server.Api.PostAsync("auth/login", new { email = registered.Email, password = Api.Password });

        await wrong.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        await right.ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);
    }

    [Fact]
    public async Task A_proven_mailbox_opens_the_door_and_the_token_says_so()
    {
        var registered = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET email_confirmed = true WHERE id = @id", ("id", registered.UserId));

        var signedIn = await server.Api.LoginAsync(registered.Email);

        signedIn.Claims["email_verified"]!.GetValue<bool>().Should().BeTrue();
        signedIn.User!["email_verified"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task A_right_password_behind_an_unproven_mailbox_counts_as_no_failure()
    {
        var registered = await server.Api.RegisterAsync();

        for (var time = 0; time < 8; time++)
        {
            await (await server.Api.PostAsync(
                "auth/login", new { email = registered.Email, password = Api.Password })).ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);
        }
    }

    public sealed class Server : TestServer
    {
        public Server() => Settings["SignIn:RequireVerifiedEmail"] = "true";
    }
}
