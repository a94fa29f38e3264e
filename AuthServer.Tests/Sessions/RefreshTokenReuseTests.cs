using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class RefreshTokenReuseTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    public async Task At_the_last_second_of_the_window_the_same_token_gets_the_same_successor()
    {
        var first = await server.Api.RegisterAsync();
        var second = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));
        server.Clock.Advance(TimeSpan.FromSeconds(30));

        var again = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));

        again.RefreshToken.Should().Be(second.RefreshToken);
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    public async Task Reusing_a_rotated_refresh_token_revokes_the_session_and_no_other()
    {
        var first = await server.Api.RegisterAsync();
        var elsewhere = await server.Api.LoginAsync(first.Email);
        var second = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));
        server.Clock.Advance(TimeSpan.FromSeconds(31));

        await (await server.Api.RefreshAsync(first.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.RefreshTokenReused);

        await (await server.Api.RefreshAsync(second.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(first.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.GetAsync("auth/me", first.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.GetAsync("auth/me", second.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.GetAsync("auth/me", elsewhere.AccessToken)).ShouldBeAsync(200);
        await (await server.Api.RefreshAsync(elsewhere.RefreshToken)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "16.3.3")]
    public async Task Reuse_is_in_the_audit_log_once()
    {
        var first = await server.Api.RegisterAsync();
        await (await server.Api.RefreshAsync(first.RefreshToken)).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromSeconds(31));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.Api.RefreshAsync(first.RefreshToken)));

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'refresh_token.reused' AND outcome = 'failure' AND subject_id = @user AND "
                + "session_id = @session AND ip_address IS NOT NULL AND request_id IS NOT NULL",
            ("user", first.UserId), ("session", first.SessionId))).Should().Be(1);
    }
}
