using System.Globalization;
using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Clients;

/// <summary>The TypeScript class of docs/clients.md, compiled strictly and run in Node against the server.</summary>
public sealed class ClientSnippetTests(SnippetServer server) : IClassFixture<SnippetServer>
{
    [Theory]
    [InlineData("twentyCalls")]
    [InlineData("renewsAhead")]
    [InlineData("racingTabs")]
    [InlineData("lockedTabs")]
    public Task Calls_that_need_a_new_access_token_at_once_share_one_refresh(string scenario) => server.RunAsync(scenario);

    [Theory]
    [InlineData("reactNative")]
    [InlineData("reactNativeRefused")]
    [InlineData("reactNativeHangs")]
    public Task On_react_native_a_person_signs_in_and_is_told_why_not(string scenario) => server.RunAsync(scenario);

    [Theory]
    [InlineData("networkFailure")]
    [InlineData("strangersAnswer")]
    [InlineData("unavailable")]
    public Task A_refresh_that_fails_for_now_keeps_the_session(string scenario) => server.RunAsync(scenario);

    [Fact]
    public Task A_lost_answer_is_had_again_with_the_same_refresh_token() => server.RunAsync("lostAnswer");

    [Theory]
    [InlineData("revoked")]
    [InlineData("reused")]
    public Task A_session_the_server_has_ended_is_forgotten_and_told_once(string scenario) => server.RunAsync(scenario);

    [Fact]
    public Task Signing_out_without_network_counts_at_once_and_reaches_the_server_later() => server.RunAsync("signsOutOffline");
}

/// <summary>A server and the compiled class. Blocked statements time out after two seconds.</summary>
public sealed class SnippetServer : TestServer
{
    private string _module = null!;
    private NpgsqlConnection? _blocker;

    public SnippetServer() => Settings["Database:CommandTimeout"] = "00:00:02";

    public override async Task InitializeAsync()
    {
        var source = NodeScript.Place("session.mts", NodeScript.Sample("docs/clients.md", "ts"));
        await NodeScript.RunAsync("node_modules/typescript/bin/tsc", _ => Task.FromResult(""),
            "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUnusedLocals",
            "--target", "es2022", "--module", "es2022", "--lib", "es2023,dom", source);
        _module = Path.ChangeExtension(source, ".mjs");
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        Directory.Delete(Path.GetDirectoryName(_module)!, recursive: true);
        await UnblockAsync();
        await base.DisposeAsync();
    }

    public Task RunAsync(string scenario) =>
        NodeScript.RunAsync("session.mjs", ActAsync, _module, Api.Http.BaseAddress!.ToString().TrimEnd('/'), scenario);

    private async Task<string> ActAsync(string request)
    {
        switch (request.Split(' '))
        {
            case ["person"]:
                return (await Api.RegisterAsync()).Email;
            case ["advance", var seconds]:
                Clock.Advance(TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
                return "done";
            case ["block"]:
                await BlockAsync();
                return "done";
            case ["unblock"]:
                await UnblockAsync();
                return "done";
            default:
                throw new InvalidOperationException($"The script asks for '{request}'.");
        }
    }

    // Simulates a database that is too slow, for the sessions table.
    private async Task BlockAsync()
    {
        _blocker = await Database.Owner.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE sessions", _blocker);
        await command.ExecuteNonQueryAsync();
    }

    private async Task UnblockAsync()
    {
        if (_blocker is not null)
        {
            await _blocker.DisposeAsync();
            _blocker = null;
        }
    }
}
