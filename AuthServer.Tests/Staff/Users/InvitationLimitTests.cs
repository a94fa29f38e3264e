using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

/// <summary>The limit on mails to strangers by staff in one network.</summary>
public sealed class InvitationLimitTests(InvitationLimitTests.Server server) : IClassFixture<InvitationLimitTests.Server>
{
    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_network_that_has_invited_its_share_waits_out_the_hour()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (network, other) = (ProxiedServer.NewAddress(), ProxiedServer.NewAddress());
        await (await InviteAsync(admin, "nobody", network)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        for (var time = 0; time < 3; time++)
        {
            await (await InviteAsync(admin, Api.NewEmail(), network)).ShouldBeAsync(201);
        }

        var refused = await InviteAsync(admin, Api.NewEmail(), network);

        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromHours(1));
        await (await InviteAsync(admin, Api.NewEmail(), other)).ShouldBeAsync(201);
        await (await server.Api.GetAsync("users", admin.AccessToken)).ShouldBeAsync(200);
    }

    private Task<HttpResponseMessage> InviteAsync(SignedIn staff, string email, string from) =>
        server.Api.PostAsync("users", new { email }, staff.AccessToken, adjust: request => request.Headers.Add("X-Forwarded-For", from));

    public sealed class Server : ProxiedServer
    {
        public Server()
        {
            Settings["RateLimits:InvitationsPerHour"] = "3";
            Clock.Stop();
        }
    }
}
