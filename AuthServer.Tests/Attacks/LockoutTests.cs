using System.Net.Http.Json;
using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Attacks;

public sealed class LockoutTests(ProxiedServer server) : IClassFixture<ProxiedServer>
{
    private static readonly int[] FiveRefusals = [401, 401, 401, 401, 401];

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Five_failures_lock_a_name_for_that_network_even_with_the_right_password()
    {
        var person = await server.Api.RegisterAsync();
        var attacker = ProxiedServer.NewAddress();

        (await server.FailAsync(person.Email, attacker, 5)).Should().Equal(FiveRefusals);

        var wrong = await server.SignInAsync(person.Email, attacker);
        var right = await server.SignInAsync(person.Email, attacker, Api.Password);
        (await AnswerAsync(right)).Should().Be(await AnswerAsync(wrong));
        right.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BeInRange(290, 300);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
    }

    [Fact]
    public async Task Hanging_up_in_the_middle_of_a_sign_in_is_no_failure()
    {
        var person = await server.Api.RegisterAsync();
        foreach (var milliseconds in Enumerable.Range(1, 40))
        {
            using var hangUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds % 20));
            try
            {
                using var body = JsonContent.Create(new { email = person.Email, password = Api.Password });
                await server.Api.Http.PostAsync("/api/v1/auth/login", body, hangUp.Token);
            }
            catch (OperationCanceledException)
            {
                // That is the point.
            }
        }

        await SignedIn.ReadAsync(await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password }));
        var name = server.Services.GetRequiredService<SignInThrottle>().Identify(person.Email);
        await Eventually.TrueAsync(
            async () => await server.Database.QueryAsync<long>(
                "SELECT sum(failures) FROM sign_in_lockouts WHERE identifier = @name", ("name", name)) == 0,
            "no attempt counts as a failure");
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task An_unknown_name_is_locked_just_the_same()
    {
        var person = await server.Api.RegisterAsync();
        var (attacker, nobody) = (ProxiedServer.NewAddress(), Api.NewEmail());

        var known = await server.FailAsync(person.Email, attacker, 6);
        var unknown = await server.FailAsync(nobody, attacker, 6);

        unknown.Should().Equal(known).And.EndWith(429);
        (await AnswerAsync(await server.SignInAsync(nobody, attacker))).Should()
            .Be(await AnswerAsync(await server.SignInAsync(person.Email, attacker)));
    }

    [Fact]
    public async Task Every_spelling_of_a_name_counts_as_that_name()
    {
        var person = await server.Api.RegisterAsync();
        var attacker = ProxiedServer.NewAddress();

        await server.FailAsync(person.Email, attacker, 2);
        await server.FailAsync(person.Email.ToUpperInvariant(), attacker, 2);
        await server.FailAsync($" {person.Email} ", attacker, 1);

        await (await server.SignInAsync(person.Email, attacker, Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Twenty_failures_from_anywhere_lock_a_name_for_all()
    {
        var person = await server.Api.RegisterAsync();
        foreach (var attacker in Enumerable.Range(0, 5).Select(_ => ProxiedServer.NewAddress()))
        {
            (await server.FailAsync(person.Email, attacker, 4)).Should().AllBeEquivalentTo(401);
        }

        var elsewhere = await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password);

        await elsewhere.ShouldBeProblemAsync(ErrorCodes.LockedOut);
        elsewhere.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BeInRange(290, 300);
    }

    [Fact]
    public async Task What_one_networks_lock_refuses_does_not_lock_the_owner_out_elsewhere()
    {
        var person = await server.Api.RegisterAsync();
        var attacker = ProxiedServer.NewAddress();

        (await server.FailAsync(person.Email, attacker, 40)).Count(status => status == 429).Should().Be(35);

        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, ProxiedServer.NewAddress(), Api.Password));
    }

    [Fact]
    public async Task A_right_password_forgives_the_failures_before_it()
    {
        var person = await server.Api.RegisterAsync();
        var home = ProxiedServer.NewAddress();

        for (var round = 0; round < 3; round++)
        {
            (await server.FailAsync(person.Email, home, 4)).Should().AllBeEquivalentTo(401);
            await SignedIn.ReadAsync(await server.SignInAsync(person.Email, home, Api.Password));
        }
    }

    [Fact]
    public async Task All_addresses_of_an_ipv6_network_count_together()
    {
        var person = await server.Api.RegisterAsync();
        for (var host = 1; host <= 5; host++)
        {
            await (await server.SignInAsync(person.Email, $"2001:db8:1:1::{host}")).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        }

        await (await server.SignInAsync(person.Email, "2001:db8:1:1:ffff::9", Api.Password)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
        await SignedIn.ReadAsync(await server.SignInAsync(person.Email, "2001:db8:1:2::1", Api.Password));
    }

    [Fact]
    public async Task An_ipv4_address_is_the_same_in_ipv6_clothes()
    {
        var person = await server.Api.RegisterAsync();
        var attacker = ProxiedServer.NewAddress();
        await server.FailAsync(person.Email, attacker, 3);
        await server.FailAsync(person.Email, $"::ffff:{attacker}", 2);

        await (await server.SignInAsync(person.Email, attacker)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Fact]
    public async Task The_password_form_and_the_json_login_count_together()
    {
        var person = await server.Api.RegisterAsync();
        var attacker = ProxiedServer.NewAddress();
        await server.FailAsync(person.Email, attacker, 5);

        var form = await server.Api.PostAsync("auth/login/form", "", adjust: request =>
        {
            request.Headers.Add("X-Forwarded-For", attacker);
            request.Content = new FormUrlEncodedContent([new("username", person.Email), new("password", Api.Password)]);
        });

        await form.ShouldBeOAuthErrorAsync(ErrorCodes.LockedOut, "temporarily_unavailable");
        form.Headers.RetryAfter.Should().NotBeNull();
    }

    [Fact]
    public async Task A_lock_on_a_name_leaves_its_sessions_alone()
    {
        var person = await server.Api.RegisterAsync();
        await server.FailAsync(person.Email, ProxiedServer.NewAddress(), 6);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
    }

    [Fact]
    [Trait("ASVS", "14.2.1")]
    public async Task The_table_of_failures_tells_nobodys_name()
    {
        var name = Api.NewEmail();
        await server.FailAsync(name, ProxiedServer.NewAddress(), 1);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM sign_in_lockouts l WHERE position(convert_to(@name, 'UTF8') IN l.identifier) > 0 OR l::text LIKE '%' "
                + "|| @name || '%' OR identifier = sha256(convert_to(@name, 'UTF8'))",
            ("name", name))).Should().Be(0);
    }

    /// <summary>The whole response, except the request id and the remaining seconds.</summary>
    private static async Task<string> AnswerAsync(HttpResponseMessage response)
    {
        var body = await response.ShouldBeProblemAsync(ErrorCodes.LockedOut);
        body.Remove("trace_id");
        response.Headers.RetryAfter.Should().NotBeNull();
        return $"{body.ToJsonString()} {string.Join(',', response.Headers.Select(header => header.Key))}";
    }
}
