using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection;

namespace AuthServer.Tests.Sessions.AccessTokens;

/// <summary>Replicas of one database before, during and after a change of SECRET_KEY, in the order they are started.</summary>
public sealed class RootSecretRotationTests : TestServer
{
    private const string Next = "the root secret that comes after it";

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task Nobody_notices_a_new_root_secret_while_the_former_one_is_known()
    {
        var before = await Api.RegisterAsync();
        var mailed = Services.GetDataProtector("test").Protect("link");
        var former = Settings["Secrets:Key"];

        var during = StartWith(Next, former);

        await (await during.GetAsync("auth/me", before.AccessToken)).ShouldBeAsync(200);
        var refreshed = await SignedIn.ReadAsync(await during.RefreshAsync(before.RefreshToken));
        refreshed.RefreshToken[..12].Should().NotBe(before.RefreshToken[..12], "it is made with the new secret");
        Jwt.Header(refreshed.AccessToken)["kid"]!.GetValue<string>().Should().Be(Jwt.Header(before.AccessToken)["kid"]!.GetValue<string>());
        ServicesOf(1).GetDataProtector("test").Unprotect(mailed).Should().Be("link");
        var wrapped = await Database.QueryAsync<byte[]>("SELECT wrapped_private_key FROM signing_keys");
        new KeyWrapping(new Secrets(new() { Key = Next })).IsCurrent(wrapped).Should().BeTrue("it was wrapped again");
        // A replica that has not been restarted yet continues with the keys in memory.
        await (await Api.GetAsync("auth/me", refreshed.AccessToken)).ShouldBeAsync(200);

        var after = StartWith(Next, null);

        await (await after.GetAsync("auth/me", before.AccessToken)).ShouldBeAsync(200);
        await (await after.RefreshAsync(refreshed.RefreshToken)).ShouldBeAsync(200);
        await (await after.RefreshAsync(before.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.InvalidRefreshToken);
    }

    [Fact]
    public async Task A_server_whose_root_secret_does_not_open_the_keys_says_what_to_do_and_does_not_start()
    {
        var environment = ServerProgram.GoodEnvironment(Database.ServerConnection);
        environment["SECRET_KEY"] = "a root secret nobody has heard of";

        var finished = await ServerProgram.RunProcessAsync([], environment);

        finished.ExitCode.Should().Be(78);
        finished.Error.Should().Contain("SECRET_KEY_PREVIOUS");
        (await Database.QueryAsync<long>("SELECT count(*) FROM signing_keys")).Should()
            .Be(1, "no key is made beside those that cannot be read");
    }

    private Api StartWith(string key, string? previous)
    {
        Settings["Secrets:Key"] = key;
        Settings["Secrets:PreviousKey"] = previous ?? "";
        return StartReplica();
    }
}
