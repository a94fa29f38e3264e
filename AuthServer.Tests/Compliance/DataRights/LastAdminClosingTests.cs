using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Compliance.DataRights;

public sealed class LastAdminClosingTests(LastAdminClosingTests.Server server) : IClassFixture<LastAdminClosingTests.Server>
{
    [Fact]
    public async Task Of_two_administrators_who_leave_at_once_one_stays()
    {
        var (one, other) = (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(Role.Admin));

        var answers = await Task.WhenAll(EraseAsync(one), EraseAsync(other));

        answers.Select(answer => (int)answer.StatusCode).Order().Should().Equal(202, 409);
        var last = (int)answers[0].StatusCode == 409 ? one : other;
        await (await EraseAsync(last)).ShouldBeProblemAsync(ErrorCodes.LastAdmin);
        await (await server.Api.GetAsync("users", last.AccessToken)).ShouldBeAsync(200);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.erasure_requested' AND outcome = 'failure' AND reason = 'last_admin' "
                + "AND actor_id = @id",
            ("id", last.UserId))).Should().Be(2);

        // The other one signs in again, so that an administrator remains.
        await server.Api.LoginAsync((last == one ? other : one).Email);
        await (await EraseAsync(last)).ShouldBeAsync(202);
    }

    private Task<HttpResponseMessage> EraseAsync(SignedIn person) =>
        server.Api.SendAsync(HttpMethod.Delete, "users/me", new { password = Api.Password }, person.AccessToken);

    public sealed class Server : TestServer;
}
