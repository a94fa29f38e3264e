using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>The default limits by network address: 30 failed sign-ins a minute, 60 registrations an hour.</summary>
public sealed class AddressLimitTests(AddressLimitTests.Server server) : IClassFixture<AddressLimitTests.Server>
{
    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task After_thirty_failures_an_address_waits_out_the_minute()
    {
        var person = await server.Api.RegisterAsync();
        var sprayer = ProxiedServer.NewAddress();
        (await SprayAsync(sprayer, 30)).Should().AllBeEquivalentTo(401);

        var refused = await server.SignInAsync(person.Email, sprayer, Api.Password);

        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
        server.Clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromSeconds(1));
        (await server.SignInAsync(person.Email, sprayer, Api.Password)).Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, sprayer, Api.Password));
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Of_a_burst_of_failures_from_one_address_thirty_are_evaluated()
    {
        var sprayer = ProxiedServer.NewAddress();

        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.SignInAsync(Api.NewEmail(), sprayer)));

        responses.Count(response => (int)response.StatusCode == 401).Should().Be(30);
        responses.Count(response => (int)response.StatusCode == 429).Should().Be(70);
    }

    [Fact]
    public async Task Right_sign_ins_never_count_however_many_come_at_once()
    {
        var clinic = ProxiedServer.NewAddress();
        var people = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.Api.RegisterAsync()));

        var responses =
            await Task.WhenAll(Enumerable.Range(0, 100).Select(time => server.SignInAsync(people[time % 20].Email, clinic, Api.Password)));

        responses.Select(response => (int)response.StatusCode).Should().AllBeEquivalentTo(200);
        (await SprayAsync(clinic, 30)).Should().AllBeEquivalentTo(401);
    }

    [Fact]
    public async Task What_is_not_even_a_guess_does_not_count()
    {
        var person = await server.Api.RegisterAsync();
        var clumsy = ProxiedServer.NewAddress();

        for (var time = 0; time < 20; time++)
        {
            await PostAsync("auth/login", new { email = "x" }, clumsy);
            await PostAsync("auth/login", "{", clumsy);
        }

        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, clumsy, Api.Password));
    }

    [Fact]
    public async Task The_form_and_the_json_login_are_limited_together_and_refresh_is_not()
    {
        var person = await server.Api.RegisterAsync();
        var sprayer = ProxiedServer.NewAddress();
        await SprayAsync(sprayer, 30);

        var form = await server.Api.PostAsync("auth/login/form", "", adjust: request =>
        {
            request.Headers.Add("X-Forwarded-For", sprayer);
            request.Content = new FormUrlEncodedContent([new("username", person.Email), new("password", Api.Password)]);
        });

        await form.ShouldBeOAuthErrorAsync(ErrorCodes.RateLimited, "temporarily_unavailable");
        await SignedIn.ReadAsync(await PostAsync("auth/refresh", new { refresh_token = person.RefreshToken }, sprayer));
    }

    [Fact]
    public async Task Refused_refreshes_at_the_form_count_with_other_refreshes_and_not_with_sign_ins()
    {
        var person = await server.Api.RegisterAsync();
        var stale = ProxiedServer.NewAddress();
        for (var time = 0; time < Server.Refreshes; time++)
        {
            await (await RefreshByFormAsync("stale", stale)).ShouldBeOAuthErrorAsync(ErrorCodes.InvalidRefreshToken, "invalid_grant");
        }

        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, stale, Api.Password));
        await (await RefreshByFormAsync(person.RefreshToken, stale)).ShouldBeOAuthErrorAsync(
            ErrorCodes.RateLimited, "temporarily_unavailable");
        await (await PostAsync("auth/refresh", new { refresh_token = person.RefreshToken }, stale)).ShouldBeProblemAsync(
            ErrorCodes.RateLimited);
    }

    [Fact]
    public async Task Failed_sign_ins_do_not_keep_an_app_from_refreshing_at_the_form()
    {
        var person = await server.Api.RegisterAsync();
        var sprayer = ProxiedServer.NewAddress();
        await SprayAsync(sprayer, 30);

        await (await RefreshByFormAsync(person.RefreshToken, sprayer)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Guesses_at_the_form_count_although_their_status_is_another()
    {
        var guesser = ProxiedServer.NewAddress();
        var responses = new List<int>();
        for (var guess = 1; guess <= 31; guess++)
        {
            responses.Add((int)(await server.Api.PostAsync("auth/login/form", "", adjust: request =>
            {
                request.Headers.Add("X-Forwarded-For", guesser);
                request.Content = new FormUrlEncodedContent([new("username", Api.NewEmail()), new("password", "wrong")]);
            })).StatusCode);
        }

        responses.Should().EndWith(429).And.Subject.Take(30).Should().AllBeEquivalentTo(400);
    }

    [Fact]
    public async Task All_addresses_of_an_ipv6_network_are_limited_together()
    {
        var responses = new List<int>();
        for (var host = 1; host <= 31; host++)
        {
            responses.Add((int)(await server.SignInAsync(Api.NewEmail(), $"2001:db8:2:1::{host:x}")).StatusCode);
        }

        responses.Should().EndWith(429).And.Subject.Take(30).Should().AllBeEquivalentTo(401);
        (await server.SignInAsync(Api.NewEmail(), "2001:db8:2:2::1")).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task After_sixty_registrations_an_address_waits_out_the_hour()
    {
        var farm = ProxiedServer.NewAddress();
        for (var time = 0; time < 60; time += 20)
        {
            (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RegisterAsync(farm))))
                .Select(response => (int)response.StatusCode)
                .Should()
                .AllBeEquivalentTo(201);
        }

        var refused = await RegisterAsync(farm);

        await refused.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromHours(1));
        await (await RegisterAsync(ProxiedServer.NewAddress())).ShouldBeAsync(201);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await (await RegisterAsync(farm)).ShouldBeAsync(201);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Asking_who_has_an_account_counts_as_registering()
    {
        var person = await server.Api.RegisterAsync();
        var curious = ProxiedServer.NewAddress();

        var statuses = new List<int>();
        for (var time = 0; time < 61; time++)
        {
            statuses.Add(
                (int)(await PostAsync("auth/register", new { email = person.Email, password = Api.Password }, curious)).StatusCode);
        }

        statuses.Should().EndWith(429).And.Subject.Take(60).Should().AllBeEquivalentTo(409);
    }

    [Theory]
    [InlineData("""{"email":"nowhere"}""")]
    [InlineData("""{"email":"a@example.com","is_admin":true}""")]
    [InlineData("""{"email":""")]
    public async Task A_form_filled_in_wrongly_is_no_registration(string body)
    {
        var clumsy = ProxiedServer.NewAddress();
        for (var time = 0; time < 61; time++)
        {
            ((int)(await PostAsync("auth/register", body, clumsy)).StatusCode).Should().Be(400);
        }

        await (await RegisterAsync(clumsy)).ShouldBeAsync(201);
    }

    private async Task<IReadOnlyList<int>> SprayAsync(string from, int times)
    {
        var statuses = new List<int>();
        for (var time = 0; time < times; time++)
        {
            statuses.AddRange(await server.FailAsync(Api.NewEmail(), from, 1));
        }

        return statuses;
    }

    private Task<HttpResponseMessage> RefreshByFormAsync(string token, string from) =>
        server.Api.PostAsync("auth/login/form", "", adjust: request =>
        {
            request.Headers.Add("X-Forwarded-For", from);
            request.Content = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", token)]);
        });

    private Task<HttpResponseMessage> RegisterAsync(string from) =>
        PostAsync("auth/register", new { email = Api.NewEmail(), password = Api.Password }, from);

    private Task<HttpResponseMessage> PostAsync(string path, object body, string from) =>
        server.Api.PostAsync(path, body, adjust: request => request.Headers.Add("X-Forwarded-For", from));

    public sealed class Server : ProxiedServer
    {
        public const int Refreshes = 40;

        public Server()
        {
            Settings["RateLimits:RefusedRefreshesPerMinute"] = $"{Refreshes}";
            Settings.Remove("RateLimits:FailedSignInsPerMinute");
            Settings.Remove("RateLimits:RegistrationsPerHour");
            Clock.Stop();
        }
    }
}
