using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.SigningKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// An attacker has a signing key, and can forge anybody's access token until the key is revoked as the runbook says.
/// </summary>
public sealed class LeakedSigningKeyTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private Dictionary<string, string?> Environment => ServerProgram.GoodEnvironment(servers.Database.ServerConnection);

    [Fact]
    [Trait("ASVS", "11.1.3")]
    public async Task The_runbook_ends_every_token_the_key_signed_on_every_replica_and_nobodys_session()
    {
        var person = await RegisterAsync();
        var leaked = KeyOf(person);
        // Verified and cached by both.
        await ShouldAllAnswerAsync(person, 200);

        var result = await ServerProgram.RunAsync(["keys", "revoke", leaked, "--Tokens:Audience=authserver"], Environment);

        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().StartWith($"Revoked {leaked}; ").And.EndWith(" signs now.\n").And.NotEndWith($"{leaked} signs now.\n");
        foreach (var api in Both)
        {
            await Eventually.TrueAsync(
                async () => !(await PublishedAsync(api)).Contains(leaked, StringComparer.Ordinal), "a JWKS without it");
            await (await api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
        }

        var refreshed = await SignedIn.ReadAsync(await servers.Other.RefreshAsync(person.RefreshToken));
        (refreshed.SessionId, KeyOf(refreshed)).Should().Be((person.SessionId, result.Output.Split("; ")[1].Split(' ')[0]));
        await Eventually.TrueAsync(
            async () => (await PublishedAsync(servers.Api)).SequenceEqual(await PublishedAsync(servers.Other), StringComparer.Ordinal),
            "the same keys everywhere");
        await ShouldAllAnswerAsync(refreshed, 200);
        (await AuditedAsync("signing_key.revoked", leaked)).Should().Be("cli-");
        (await AuditedAsync("signing_key.made", KeyOf(refreshed))).Should().Be("cli-");
    }

    [Fact]
    [Trait("ASVS", "11.1.3")]
    public async Task What_is_signed_with_it_afterwards_is_refused_too()
    {
        var person = await RegisterAsync();
        var leaked = servers.Services.GetRequiredService<KeyRing>().Signing;
        var parts = person.AccessToken.Split('.');

        await RevokeAsync(leaked.Id);
        await Eventually.TrueAsync(
            async () => !(await PublishedAsync(servers.Other)).Contains(leaked.Id, StringComparer.Ordinal), "a JWKS without it");

        var claims = $"{parts[0]}.{parts[1]}";
        var signature = leaked.Sign(System.Text.Encoding.ASCII.GetBytes(claims));
        var forged = $"{claims}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
        await (await servers.Other.GetAsync("auth/me", forged)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
    }

    [Fact]
    [Trait("ASVS", "11.1.3")]
    public async Task A_replica_that_hears_no_notices_refuses_it_all_the_same()
    {
        var person = await RegisterAsync();
        await ShouldAllAnswerAsync(person, 200);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Both[number % 2].GetAsync("auth/me", person.AccessToken)));
        // From here on no new connection can be opened.
        await servers.Database.BySuperuserAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS false");
        try
        {
            await servers.Database.BySuperuserAsync(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{0}' AND application_name = 'AuthServer "
                    + "listener'");
            await Eventually.TrueAsync(
                () => !servers.ServicesOf(1).GetRequiredService<ListenConnectionState>().IsCurrent, "a line that is down");
            await RevokeAsync(KeyOf(person));

            await Eventually.TrueAsync(
                async () => (int)(await servers.Other.GetAsync("auth/me", person.AccessToken)).StatusCode == 401, "a refusal");

            await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
        }
        finally
        {
            await servers.Database.BySuperuserAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS true");
        }
    }

    [Fact]
    public async Task Of_two_who_revoke_it_at_once_one_does_and_one_key_signs()
    {
        var key = servers.Services.GetRequiredService<KeyRing>().Signing.Id;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RevokeAsync(key)));

        outcomes.OfType<SigningKeyChangeOutcome.Changed>().Should().ContainSingle();
        outcomes.OfType<SigningKeyChangeOutcome.Unknown>().Should().HaveCount(3);
        (await servers.Database.QueryAsync<long>(
            "SELECT count(*) FROM signing_keys WHERE activates_at <= now() AND retires_at > now()")).Should().Be(1);
    }

    [Fact]
    public async Task All_keys_can_be_revoked_at_once()
    {
        var before = await RegisterAsync();

        var result = await ServerProgram.RunAsync(["keys", "revoke", "--all"], Environment);

        result.ExitCode.Should().Be(0, result.Error);
        await Eventually.TrueAsync(
            async () => (int)(await servers.Other.GetAsync("auth/me", before.AccessToken)).StatusCode == 401, "a refusal");
        (await PublishedAsync(servers.Other)).Should().Equal(result.Output.Split("; ")[1].Split(' ')[0]);
    }

    private Api[] Both => [servers.Api, servers.Other];

    private static string KeyOf(SignedIn person) => Jwt.Header(person.AccessToken)["kid"]!.GetValue<string>();

    private static async Task<IReadOnlyList<string>> PublishedAsync(Api api) =>
        [.. (await (await api.GetAsync("/.well-known/jwks.json")).ReadJsonAsync())!["keys"]!.AsArray()
            .Select(key => key!["kid"]!.GetValue<string>())];

    // The preceding tests may have just changed the keys.
    private async Task<SignedIn> RegisterAsync()
    {
        await Eventually.TrueAsync(
            async () => (await PublishedAsync(servers.Api)).SequenceEqual(await PublishedAsync(servers.Other), StringComparer.Ordinal),
            "the same keys everywhere");
        return await servers.Api.RegisterAsync();
    }

    private async Task ShouldAllAnswerAsync(SignedIn person, int status)
    {
        foreach (var api in Both)
        {
            await (await api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(status);
        }
    }

    private async Task<SigningKeyChangeOutcome> RevokeAsync(string kid)
    {
        await using var scope = servers.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SigningKeyRevocation>()
            .RevokeAsync([kid], RequestOrigin.CommandLine, CancellationToken.None);
    }

    private Task<string> AuditedAsync(string type, string kid) =>
        servers.Database.QueryAsync<string>(
            "SELECT left(request_id, 4) FROM audit_events WHERE type = @type AND reason = @kid AND actor_id IS NULL", ("type", type),
            ("kid", kid));
}
