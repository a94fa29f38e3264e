using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Platform.Web;

public sealed class PoliciesTests(PoliciesTests.ServerWithRoutes server) : IClassFixture<PoliciesTests.ServerWithRoutes>
{
    [Theory]
    [InlineData(Policies.Patient, Role.Patient)]
    [InlineData(Policies.Physician, Role.Physician)]
    [InlineData(Policies.Admin, Role.Admin)]
    [InlineData(Policies.Support, Role.Support)]
    [Trait("ASVS", "8.2.1")]
    public async Task A_policy_named_like_a_role_wants_that_role(string policy, string role)
    {
        var person = await server.SignInAsAsync(role);

        (await IsAllowedAsync(person, policy)).Should().BeTrue();
        await (await server.Api.GetAsync($"/test/{policy}", person.AccessToken)).ShouldBeAsync(200);
        foreach (var other in Role.All.Select(known => known.Name!)
            .Where(other => other != role && (other, role) is not (Role.Patient, Role.Admin or Role.Support)))
        {
            (await IsAllowedAsync(person, other)).Should().BeFalse("a {0} is no {1}", role, other);
            await (await server.Api.GetAsync($"/test/{other}", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task A_physician_without_a_verified_licence_is_none()
    {
        var pending = await server.RegisterUnverifiedPhysicianAsync();

        (await IsAllowedAsync(pending, Policies.Physician)).Should().BeFalse();
        await (await server.Api.GetAsync("/test/physician", pending.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task A_verified_address_is_asked_for_by_name()
    {
        var person = await server.Api.RegisterAsync();
        await (await server.Api.GetAsync("/test/email-verified", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);

        await server.Database.ExecuteAsync("UPDATE users SET email_confirmed = true WHERE id = @id", ("id", person.UserId));
        var verified = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));

        await (await server.Api.GetAsync("/test/email-verified", verified.AccessToken)).ShouldBeAsync(200);
        (await IsAllowedAsync(verified, Policies.EmailVerified)).Should().BeTrue();
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task A_sign_in_is_recent_for_ten_minutes_however_often_it_is_refreshed()
    {
        var person = await server.Api.RegisterAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        await (await server.Api.GetAsync("/test/recent-sign-in", refreshed.AccessToken)).ShouldBeAsync(200);

        server.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await server.Api.GetAsync("/test/recent-sign-in", refreshed.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.InsufficientUserAuthentication);
        (await IsAllowedAsync(refreshed, Policies.RecentSignIn)).Should().BeFalse();
        var again = await server.Api.LoginAsync(person.Email);
        await (await server.Api.GetAsync("/test/recent-sign-in", again.AccessToken)).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Policies.Patient)]
    [InlineData(Policies.Admin)]
    [InlineData(Policies.EmailVerified)]
    [InlineData(Policies.RecentSignIn)]
    [Trait("ASVS", "8.3.1")]
    public async Task Without_a_token_every_policy_asks_for_one(string policy)
    {
        await (await server.Api.GetAsync($"/test/{policy}")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        await (await server.Api.GetAsync($"/test/{policy}", "rubbish")).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
    }

    [Fact]
    [Trait("ASVS", "8.3.1")]
    public async Task A_route_that_chose_nothing_takes_anybody_who_is_signed_in()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync("/test/", person.AccessToken)).ShouldBeAsync(200);
    }

    private async Task<bool> IsAllowedAsync(SignedIn person, string policy)
    {
        var token = await server.Services.GetRequiredService<RememberingValidator>().ValidateTokenAsync(person.AccessToken, new());
        var authorization = server.Services.GetRequiredService<IAuthorizationService>();
        return (await authorization.AuthorizeAsync(new(token.ClaimsIdentity), policy)).Succeeded;
    }

    /// <summary>The real server with a route for each policy, and one without.</summary>
    public sealed class ServerWithRoutes : StoppedServer
    {
        private static readonly string[] All = [
            Policies.Patient, Policies.Physician, Policies.Admin, Policies.Support, Policies.EmailVerified, Policies.RecentSignIn];

        protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IStartupFilter, Routes>();

        private sealed class Routes : IStartupFilter
        {
            public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
            {
                next(app);
                var routes = (IEndpointRouteBuilder)app.Properties["__EndpointRouteBuilder"]!;
                routes.MapGet("/test/", () => TypedResults.Ok());
                foreach (var policy in All)
                {
                    routes.MapGet($"/test/{policy}", () => TypedResults.Ok()).RequireAuthorization(policy);
                }
            };
        }
    }
}
