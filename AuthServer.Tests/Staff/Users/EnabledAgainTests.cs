using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Users;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.Users;

/// <summary>What works again when an account is enabled.</summary>
public sealed class EnabledAgainTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task The_keys_of_an_account_stay_ended_and_the_answer_says_how_many()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (key, second) = await DisabledWithKeysAsync(admin);

        var enabled = await (await EnableAsync(admin, key)).ShouldBeAsync(200);

        enabled["status"]!.GetValue<string>().Should().Be("active");
        enabled["api_keys_ended"]!.GetValue<int>().Should().Be(2);
        foreach (var text in new[] { key.Text, second.Text })
        {
            await (await server.Api.GetWithKeyAsync("users", text)).ShouldBeProblemAsync(ErrorCodes.ApiKeyRevoked);
        }

        (await server.KeyAuditAsync("api_key.revoked", key)).Should().Be($"success|{admin.UserId}|owner_was_disabled");
        (await (await EnableAsync(admin, key)).ShouldBeAsync(200))["api_keys_ended"]!.GetValue<int>().Should().Be(0);
    }

    [Fact]
    public async Task The_keys_work_again_if_they_are_asked_for()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (key, _) = await DisabledWithKeysAsync(admin);

        var enabled = await (await EnableAsync(admin, key, new { restore_api_keys = true })).ShouldBeAsync(200);

        enabled["api_keys_ended"]!.GetValue<int>().Should().Be(0);
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task A_disablement_that_ends_by_itself_brings_no_keys_back()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (key, _) = await DisabledWithKeysAsync(admin, server.Clock.GetUtcNow().AddHours(1));
        await server.Database.ExecuteAsync(
            "UPDATE users SET disabled_until = disabled_until - interval '2 hours' WHERE id = @id", ("id", key.Owner.UserId));

        await server.Services.GetRequiredService<DisabledAccountReactivation>().RunAsync(CancellationToken.None);

        await server.Api.LoginAsync(key.Owner.Email);
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeProblemAsync(ErrorCodes.ApiKeyRevoked);
        (await server.KeyAuditAsync("api_key.revoked", key)).Should().Be("success|owner_was_disabled");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_command_says_how_many_keys_ended(bool restores)
    {
        var (key, _) = await DisabledWithKeysAsync(await server.SignInAsAsync(Role.Admin));
        string[] line = ["users", "enable", key.Owner.Email, .. restores ? ["--restore-api-keys"] : Array.Empty<string>()];

        var result = await ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));

        result.ExitCode.Should().Be(0);
        result.Error.Should().Be(restores ? "0 API keys of this account ended.\n" : "2 API keys of this account ended.\n");
        ((int)(await server.Api.GetWithKeyAsync("users", key.Text)).StatusCode).Should().Be(restores ? 200 : 401);
    }

    [Fact]
    public async Task As_json_the_command_answers_what_the_api_does()
    {
        var (key, _) = await DisabledWithKeysAsync(await server.SignInAsAsync(Role.Admin));

        var result = await ServerProgram.RunAsync(
            ["users", "enable", key.Owner.Email, "--json"], ServerProgram.GoodEnvironment(server.Database.ServerConnection));

        JsonNode.Parse(result.Output)!["api_keys_ended"]!.GetValue<int>().Should().Be(2);
    }

    private async Task<(Key First, Key Second)> DisabledWithKeysAsync(SignedIn admin, DateTimeOffset? until = null)
    {
        var owner = await server.SignInAsAsync(Role.Admin);
        var (first, second) = (await server.MakeKeyAsync(owner), await server.MakeKeyAsync(owner));
        await (await server.Api.PostAsync($"users/{owner.UserId}/disable", new { reason = "Broken into.", until }, admin.AccessToken))
            .ShouldBeAsync(200);
        await (await server.Api.GetWithKeyAsync("users", first.Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        return (first, second);
    }

    private Task<HttpResponseMessage> EnableAsync(SignedIn admin, Key key, object? body = null) =>
        server.Api.PostAsync($"users/{key.Owner.UserId}/enable", body, admin.AccessToken);
}
