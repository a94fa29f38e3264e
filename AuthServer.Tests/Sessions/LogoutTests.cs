using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class LogoutTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_refresh_token_ends_its_session_and_no_other()
    {
        var person = await server.Api.RegisterAsync();
        var elsewhere = await server.Api.LoginAsync(person.Email);
        var stranger = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204);

        await ShouldBeEndedAsync(person);
        await ShouldBeLiveAsync(elsewhere);
        await ShouldBeLiveAsync(stranger);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task An_access_token_ends_its_session()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

        await ShouldBeEndedAsync(person);
    }

    [Fact]
    public async Task An_old_refresh_token_ends_the_session_too()
    {
        var first = await server.Api.RegisterAsync();
        var second = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));
        var third = await SignedIn.ReadAsync(await server.Api.RefreshAsync(second.RefreshToken));

        await (await server.Api.PostAsync("auth/logout", new { refresh_token = first.RefreshToken })).ShouldBeAsync(204);

        await ShouldBeEndedAsync(third);
    }

    [Fact]
    public async Task Signing_out_twice_is_answered_alike_and_recorded_once()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204);
        await (await server.Api.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'session.ended' AND session_id = @session AND subject_id = @user AND reason "
                + "= 'signed_out'",
            ("session", person.SessionId), ("user", person.UserId))).Should().Be(1);
    }

    [Fact]
    public async Task Without_any_token_there_is_nothing_to_sign_out_of()
    {
        await (await server.Api.PostAsync("auth/logout")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        await (await server.Api.PostAsync("auth/logout", "{}")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        await (await server.Api.PostAsync("auth/logout", bearer: "rubbish")).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
    }

    [Fact]
    public async Task A_refresh_token_that_is_none_is_answered_like_one_that_has_ended() =>
        await (await server.Api.PostAsync("auth/logout", new { refresh_token = "rubbish" })).ShouldBeAsync(204);

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task Beside_a_good_access_token_an_unreadable_refresh_token_does_not_leave_the_session_alive()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/logout", new { refresh_token = "rubbish" }, person.AccessToken)).ShouldBeAsync(204);

        await ShouldBeEndedAsync(person);
    }

    [Fact]
    public async Task Signing_out_needs_a_POST()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync("auth/logout", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.MethodNotAllowed);

        await ShouldBeLiveAsync(person);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task Signing_out_everywhere_ends_every_session_of_that_person_alone()
    {
        var first = await server.Api.RegisterAsync();
        var second = await server.Api.LoginAsync(first.Email);
        var stranger = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/logout-all", bearer: second.AccessToken)).ShouldBeAsync(204);

        await ShouldBeEndedAsync(first);
        await ShouldBeEndedAsync(second);
        await ShouldBeLiveAsync(stranger);
        await ShouldBeLiveAsync(await server.Api.LoginAsync(first.Email));
    }

    [Fact]
    [Trait("ASVS", "7.4.3")]
    public async Task Signing_out_everywhere_else_keeps_the_session_of_the_request()
    {
        var first = await server.Api.RegisterAsync();
        var second = await server.Api.LoginAsync(first.Email);

        await (await server.Api.PostAsync("auth/logout-all", new { scope = "others" }, second.AccessToken)).ShouldBeAsync(204);

        await ShouldBeEndedAsync(first);
        await ShouldBeLiveAsync(second);
    }

    [Theory]
    [InlineData("""{"except_current":true}""", "unknown_field", "except_current")]
    [InlineData("""{"scope":"mine"}""", "validation_failed", "scope")]
    [InlineData("""{"scope":["others"]}""", "validation_failed", "scope")]
    public async Task What_signing_out_everywhere_does_not_understand_ends_nothing(string body, string code, string field)
    {
        var person = await server.Api.RegisterAsync();

        var problem = await (await server.Api.PostAsync("auth/logout-all", body, person.AccessToken)).ShouldBeAsync(400);

        problem["code"]!.GetValue<string>().Should().Be(code);
        problem.InvalidFields().Should().Equal(field);
        await ShouldBeLiveAsync(person);
    }

    [Fact]
    public async Task Signing_out_everywhere_needs_an_access_token()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/logout-all", new { refresh_token = person.RefreshToken })).ShouldBeProblemAsync(
            ErrorCodes.AuthenticationRequired);

        await ShouldBeLiveAsync(person);
    }

    private async Task ShouldBeEndedAsync(SignedIn session)
    {
        await (await server.Api.GetAsync("auth/me", session.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(session.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    private async Task ShouldBeLiveAsync(SignedIn session)
    {
        await (await server.Api.GetAsync("auth/me", session.AccessToken)).ShouldBeAsync(200);
        await (await server.Api.RefreshAsync(session.RefreshToken)).ShouldBeAsync(200);
    }
}
