using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>An error says what this one request can do about it.</summary>
public sealed class ProblemDetailTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_unknown_field_is_answered_with_the_known_ones()
    {
        var response = await server.Api.PostAsync("auth/login", new { e_mail = "dana@example.com", password = Api.Password });

        var problem = await response.ShouldBeProblemAsync(ErrorCodes.UnknownField);
        problem["detail"]!.GetValue<string>().Should().Be("This route knows the fields email, username, password, device_name.");
    }

    [Fact]
    public async Task Whoever_changes_their_own_account_at_the_route_of_staff_is_told_of_their_own()
    {
        var (person, other) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        var own = await server.Api.SendAsync(HttpMethod.Patch, $"users/{person.UserId}", new { full_name = "Dana" }, person.AccessToken);
        var foreign = await server.Api.SendAsync(HttpMethod.Patch, $"users/{other.UserId}", new { full_name = "D" }, person.AccessToken);

        (await own.ShouldBeProblemAsync(ErrorCodes.Forbidden))["detail"]!.GetValue<string>().Should().Contain("/api/v1/users/me");
        (await foreign.ShouldBeProblemAsync(ErrorCodes.Forbidden))["detail"]!.GetValue<string>().Should().NotContain("/users/me");
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_registration_is_told_at_once()
    {
        var response = await server.Api.PostAsync(
            "auth/register", new { email = "nobody", password = "", username = "a b", locale = "not a language", role = "owner" });

        (await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed)).InvalidFields()
            .Should().BeEquivalentTo("email", "password", "username", "locale", "role");
    }
}
