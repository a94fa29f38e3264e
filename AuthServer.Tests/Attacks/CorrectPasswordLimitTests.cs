using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>The default limits of one account, 30 in ten minutes, and lower ones of a network, with time standing still.</summary>
public sealed class CorrectPasswordLimitTests(CorrectPasswordLimitTests.Server server) : IClassFixture<CorrectPasswordLimitTests.Server>
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task Whoever_signs_in_to_one_account_in_a_loop_waits_wherever_they_are()
    {
        var person = await server.Api.RegisterAsync();
        await SignInAsync(person, 30);

        var refused = await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password);

        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        refused.Headers.RetryAfter!.Delta.Should().Be(Window);
        server.Clock.Advance(Window);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Wrong_passwords_neither_count_nor_learn_that_the_limit_is_reached()
    {
        var person = await server.Api.RegisterAsync();
        for (var time = 0; time < 4; time++)
        {
            await server.FailAsync(person.Email, ProxiedServer.NewAddress(), 4);
        }

        await SignInAsync(person, 30);

        await (await server.SignInAsync(person.Email, ProxiedServer.NewAddress())).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task The_correct_password_of_an_account_that_sign_in_hides_does_not_count()
    {
        await using var hiding = await StartedServer.StartAsync(adjust: settings =>
        {
            settings["Registration:Mode"] = "VerifyFirst";
            settings["RateLimits:CorrectPasswordsPerTenMinutes"] = "2";
        });
        var email = Api.NewEmail();
        await (await hiding.Api.PostAsync("auth/register", new { email, password = Api.Password })).ShouldBeAsync(202);

        for (var time = 0; time < 4; time++)
        {
            await (await hiding.Api.PostAsync("auth/login", new { email, password = Api.Password })).ShouldBeProblemAsync(
                ErrorCodes.InvalidCredentials);
        }
    }

    [Fact]
    public async Task A_correct_password_that_was_refused_is_not_held_against_the_name()
    {
        var person = await server.Api.RegisterAsync();
        await SignInAsync(person, 30);
        for (var time = 0; time < 40; time++)
        {
            await (await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password)).ShouldBeProblemAsync(
                ErrorCodes.RateLimited);
        }

        server.Clock.Advance(Window);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
    }

    [Fact]
    public async Task A_network_that_has_reached_its_limit_is_refused_before_the_password_is_looked_at()
    {
        var network = ProxiedServer.NewAddress();
        for (var number = 0; number < Server.OfNetwork; number++)
        {
            var person = await server.Api.RegisterAsync();
            await SignedIn.ReadAsync(await server.SignInAsync(person.Email, network, Api.Password));
        }

        var name = Api.NewEmail();
        await (await server.SignInAsync(name, network)).ShouldBeProblemAsync(ErrorCodes.RateLimited);
        await (await server.SignInAsync(name, ProxiedServer.NewAddress())).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Fact]
    public async Task What_the_accounts_own_limit_refuses_does_not_lock_its_network_out()
    {
        var (person, neighbour) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        var network = ProxiedServer.NewAddress();
        await SignInAsync(person, 30);
        for (var time = 0; time < Server.OfNetwork; time++)
        {
            await (await server.SignInAsync(person.Email, network, Api.Password)).ShouldBeProblemAsync(ErrorCodes.RateLimited);
        }

        await SignedIn.ReadAsync(await server.SignInAsync(neighbour.Email, network, Api.Password));
    }

    [Theory]
    [Trait("ASVS", "2.4.1")]
    [InlineData("auth/password/change", """{"current_password":"correct horse battery","new_password":"correct horse battery"}""")]
    [InlineData("auth/email/change", """{"current_password":"correct horse battery","new_email":"elsewhere@example.com"}""")]
    public async Task Giving_the_password_again_counts_like_signing_in(string route, string body)
    {
        var person = await server.Api.RegisterAsync();
        await SignInAsync(person, 29);

        await server.Api.PostAsync(route, body, person.AccessToken);
        var refused = await server.Api.PostAsync(route, body, person.AccessToken);

        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
    }

    private async Task SignInAsync(SignedIn person, int times)
    {
        for (var time = 0; time < times; time++)
        {
            await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
        }
    }

    public sealed class Server : ProxiedServer
    {
        public const int OfNetwork = 20;

        public Server()
        {
            Settings["RateLimits:CorrectPasswordsPerTenMinutes"] = $"{OfNetwork}";
            Settings["RateLimits:CorrectPasswordsOfOneAccountPerTenMinutes"] = "30";
            Clock.Stop();
        }
    }
}
