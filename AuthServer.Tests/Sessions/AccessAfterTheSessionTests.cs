using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

/// <summary>
/// An access token never outlives its session, and whatever ends access reaches the tokens of sessions that have expired meanwhile:
/// a change of limits, or a server of an older version, may have left some that are still valid.
/// </summary>
public sealed class AccessAfterTheSessionTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private const string NewPassword = "a longer phrase of mine";

    private static readonly Dictionary<string, string> States = new(StringComparer.Ordinal)
    {
        ["live"] = "last_used_at = last_used_at",
        ["idle too long"] = "idle_timeout = interval '1 minute', last_used_at = now() - interval '2 minutes'",
        ["past its end"] = "expires_at = now() - interval '1 second'",
    };

    private static readonly Dictionary<string, Func<TwoServers, SignedIn, Task>> Ways = new(StringComparer.Ordinal)
    {
        ["signing out"] = async (servers, person) =>
            await (await servers.Api.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204),
        ["signing out everywhere"] = async (servers, person) =>
            await (await servers.Api.PostAsync("auth/logout-all", null, person.AccessToken)).ShouldBeAsync(204),
        ["ending it from another device"] = async (servers, person) => await (await servers.Api.SendAsync(
            HttpMethod.Delete, $"auth/sessions/{person.SessionId}",
            bearer: (await servers.Api.LoginAsync(person.Email)).AccessToken)).ShouldBeAsync(204),
        ["changing the password elsewhere"] = async (servers, person) => await (await servers.Api.PostAsync(
            "auth/password/change", new { current_password = Api.Password, new_password = NewPassword },
            (await servers.Api.LoginAsync(person.Email)).AccessToken)).ShouldBeAsync(204),
        ["resetting the password"] = async (servers, person) =>
        {
            await servers.Api.PostAsync("auth/password/reset/request", new { email = person.Email });
            var token = await servers.MailedTokenAsync(MailKinds.ResetPassword, person.Email);
            var reset = await servers.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = NewPassword });
            await reset.ShouldBeAsync(204);
        },
        ["staff ending all sessions"] = async (servers, person) => await (await servers.Api.SendAsync(
            HttpMethod.Delete, $"users/{person.UserId}/sessions", null,
            (await servers.SignInAsAsync(Role.Admin)).AccessToken)).ShouldBeAsync(204),
        ["staff ending this one"] = async (servers, person) => await (await servers.Api.SendAsync(
            HttpMethod.Delete, $"users/{person.UserId}/sessions/{person.SessionId}", null,
            (await servers.SignInAsAsync(Role.Admin)).AccessToken)).ShouldBeAsync(204),
        ["disabling the account"] = async (servers, person) => await (await servers.Api.PostAsync(
            $"users/{person.UserId}/disable", new { reason = "Fraud" },
            (await servers.SignInAsAsync(Role.Admin)).AccessToken)).ShouldBeAsync(200),
        ["the command that ends all"] = async (servers, person) =>
        {
            using var run = new InProcessRun(ServerProgram.GoodEnvironment(servers.Database.ServerConnection));
            (await run.RunAsync(["sessions", "revoke-all", "--user", person.Email])).ExitCode.Should().Be(0);
        },
    };

    public static TheoryData<string, string> WaysAndStates
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var (way, state) in Ways.Keys.SelectMany(way => States.Keys.Select(state => (way, state))))
            {
                all.Add(way, state);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(WaysAndStates))]
    [Trait("ASVS", "7.4.1")]
    public async Task Whatever_ends_access_ends_it_on_every_replica_even_if_the_session_has_expired(string way, string state)
    {
        var person = await servers.Api.RegisterAsync();
        await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        await servers.Database.ExecuteAsync($"UPDATE sessions SET {States[state]} WHERE id = @id", ("id", person.SessionId));

        await Ways[way](servers, person);

        foreach (var replica in new[] { servers.Api, servers.Other })
        {
            await Eventually.TrueAsync(
                async () => (int)(await replica.GetAsync("auth/me", person.AccessToken)).StatusCode == 401,
                "every replica refuses the token");
        }
    }

    [Theory]
    [InlineData("expires_at = now() + interval '2 minutes'")]
    [InlineData("idle_timeout = interval '2 minutes'")]
    [Trait("ASVS", "7.3.2")]
    public async Task An_access_token_expires_no_later_than_its_session(string change)
    {
        var person = await servers.Api.RegisterAsync();
        person.ExpiresIn.Should().Be(600);
        await servers.Database.ExecuteAsync($"UPDATE sessions SET {change} WHERE id = @id", ("id", person.SessionId));

        var next = await SignedIn.ReadAsync(await servers.Api.RefreshAsync(person.RefreshToken));

        next.ExpiresIn.Should().BeInRange(110, 120);
        (next.Claims["exp"]!.GetValue<long>() - next.Claims["iat"]!.GetValue<long>()).Should().Be(next.ExpiresIn);
    }

    [Theory]
    [InlineData("session_idle_minutes")]
    [InlineData("session_absolute_minutes")]
    public async Task A_tenant_that_shortens_its_sessions_shortens_the_access_too(string limit)
    {
        var clinic = await servers.OpenClinicAsync();
        var (member, admin) = (await servers.SignInAtAsync(Role.Support, clinic), await servers.SignInAsAsync(Role.Admin));
        await servers.Database.ExecuteAsync(
            "UPDATE sessions SET created_at = now() - interval '11 hours', last_used_at = now() - interval '6 minutes' WHERE id = @id",
            ("id", member.SessionId));
        var settings = limit == "session_idle_minutes"
            ? """{"settings":{"session_idle_minutes":5}}"""
            : """{"settings":{"session_absolute_minutes":600}}""";

        await (await servers.Api.SendAsync(HttpMethod.Patch, $"tenants/{clinic.Id}", settings, admin.AccessToken)).ShouldBeAsync(200);

        await Eventually.TrueAsync(
            async () => (int)(await servers.Other.GetAsync("auth/me", member.AccessToken)).StatusCode == 401, "the token is refused");
    }
}
