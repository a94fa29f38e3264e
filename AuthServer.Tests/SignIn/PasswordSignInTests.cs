using AuthServer.Http;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.SignIn;

public sealed class PasswordSignInTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_right_password_signs_in_and_says_who_it_is()
    {
        var registered = await server.Api.RegisterAsync();

        var signedIn = await server.Api.LoginAsync(registered.Email);

        signedIn.UserId.Should().Be(registered.UserId);
        signedIn.SessionId.Should().NotBe(registered.SessionId);
        signedIn.ExpiresIn.Should().Be(600);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task A_wrong_password_and_an_unknown_account_get_the_same_answer()
    {
        var registered = await server.Api.RegisterAsync();

        var wrong = await (await server.Api.PostAsync("auth/login", new { email = registered.Email, password = "not the password" })).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        var unknown = await (await server.Api.PostAsync("auth/login", new { email = Api.NewEmail(), password = "not the password" })).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);

        wrong.Remove("trace_id");
        unknown.Remove("trace_id");
        wrong.ToJsonString().Should().Be(unknown.ToJsonString());
    }
}
