using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class RefreshTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Lasting = ["iss", "aud", "sub", "sid", "auth_time", "amr", "role", "email_verified", "ver"];

    [Fact]
    public async Task Refreshing_answers_a_new_pair_for_the_same_session()
    {
        var first = await server.Api.RegisterAsync();

        var second = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));

        second.RefreshToken.Should().NotBe(first.RefreshToken);
        second.ExpiresIn.Should().Be(600);
        second.Claims["jti"]!.GetValue<string>().Should().NotBe(first.Claims["jti"]!.GetValue<string>());
        foreach (var claim in Lasting)
        {
            second.Claims[claim]!.ToJsonString().Should().Be(first.Claims[claim]!.ToJsonString(), "{0} tells of the session", claim);
        }

        await (await server.Api.GetAsync("auth/me", second.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task The_access_token_before_a_refresh_stays_good()
    {
        var first = await server.Api.RegisterAsync();

        await (await server.Api.RefreshAsync(first.RefreshToken)).ShouldBeAsync(200);

        await (await server.Api.GetAsync("auth/me", first.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_refresh_brings_what_has_changed_about_the_person()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync(
            "UPDATE users SET email_confirmed = true, token_version = 5 WHERE id = @id", ("id", person.UserId));

        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));

        refreshed.Claims["email_verified"]!.GetValue<bool>().Should().BeTrue();
        refreshed.Claims["ver"]!.GetValue<int>().Should().Be(5);
    }

    [Fact]
    public async Task The_same_token_again_within_the_window_gets_the_same_successor()
    {
        var first = await server.Api.RegisterAsync();

        var answers = new List<SignedIn>();
        for (var time = 0; time < 3; time++)
        {
            answers.Add(await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken)));
        }

        answers.Should().OnlyContain(answer => answer.RefreshToken == answers[0].RefreshToken);
        await (await server.Api.RefreshAsync(answers[0].RefreshToken)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    public async Task A_token_two_generations_old_is_reused_even_within_the_window()
    {
        var first = await server.Api.RegisterAsync();
        var second = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));
        var third = await SignedIn.ReadAsync(await server.Api.RefreshAsync(second.RefreshToken));

        await (await server.Api.RefreshAsync(first.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.RefreshTokenReused);

        await (await server.Api.RefreshAsync(third.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.GetAsync("auth/me", third.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task Somebody_who_was_switched_off_cannot_refresh()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", person.UserId));

        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    public async Task A_session_that_is_gone_cannot_be_refreshed()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("DELETE FROM sessions WHERE user_id = @id", ("id", person.UserId));

        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"refresh_token":null}""")]
    [InlineData("""{"refresh_token":""}""")]
    public async Task A_refresh_without_a_token_says_which_field_is_missing(string body)
    {
        var problem = await (await server.Api.PostAsync("auth/refresh", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem["errors"]!["refresh_token"].Should().NotBeNull();
    }
}
