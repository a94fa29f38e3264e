using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Cli;

/// <summary>What operators do with signing keys in normal operation.</summary>
public sealed class KeyCommandTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task A_key_is_announced_and_then_signs_when_it_is_told_to()
    {
        var person = await server.Api.RegisterAsync();
        var first = KeyOf(person);

        var announced = (await RunAsync("keys", "rotate")).Output;
        var next = announced.Split(' ')[0];
        next.Should().NotBe(first);
        announced.Should().MatchRegex(" signs from .* UTC.\n$");
        (await RunAsync("keys", "rotate")).Output.Should().Be(announced, "one is enough");
        (await StatesAsync()).Should().StartWith([(next, "announced"), (first, "signing")]);
        KeyOf(await server.Api.RegisterAsync()).Should().Be(first);

        (await RunAsync("keys", "rotate", "--now")).Output.Should().Be($"{next} signs now.\n");

        await Eventually.TrueAsync(async () => KeyOf(await server.Api.RegisterAsync()) == next, "tokens of the next key");
        (await StatesAsync()).Should().StartWith([(next, "signing"), (first, "retired")]);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'signing_key.activated' AND reason = @kid", ("kid", next))).Should().Be(1);
    }

    [Fact]
    public async Task Again_and_again_at_once_each_time_another_key_signs()
    {
        var kids = new List<string>();
        for (var time = 0; time < 3; time++)
        {
            kids.Add((await RunAsync("keys", "rotate", "--now")).Output.Split(' ')[0]);
            await Eventually.TrueAsync(async () => KeyOf(await server.Api.RegisterAsync()) == kids[^1], "tokens of the newest key");
        }

        kids.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("keys", "revoke")]
    [InlineData("keys", "revoke", "abc", "--all")]
    [InlineData("keys", "rotate", "--nwo")]
    public async Task A_line_that_says_too_little_or_too_much_changes_nothing(params string[] line)
    {
        var before = await StatesAsync();

        (await ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection))).ExitCode.Should().Be(2);

        (await StatesAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_not_revoked_nor_are_those_beside_it()
    {
        var before = await StatesAsync();

        var result =
            await ServerProgram.RunAsync(
                ["keys", "revoke", before[0].Kid, "nobody's", "--json"],
                ServerProgram.GoodEnvironment(server.Database.ServerConnection));

        (result.ExitCode, result.Output).Should().Be((1, ""));
        JsonNode.Parse(result.Error)!["code"]!.GetValue<string>().Should().Be("not_found");
        (await StatesAsync()).Should().Equal(before);
    }

    [Theory]
    [InlineData("rotate", "--now")]
    [InlineData("revoke", "--all")]
    public async Task With_another_root_secret_than_the_servers_nothing_is_changed(string verb, string option)
    {
        var before = await StatesAsync();
        var environment = ServerProgram.GoodEnvironment(server.Database.ServerConnection);
        environment["SECRET_KEY"] = "another root secret, as long as the right one";

        var result = await ServerProgram.RunAsync(["keys", verb, option], environment);

        result.ExitCode.Should().Be(78);
        result.Error.Should().StartWith("Configuration: ");
        (await StatesAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task A_shared_secret_is_not_ours_to_change()
    {
        var environment = ServerProgram.GoodEnvironment(server.Database.ServerConnection);
        (environment["Tokens__Algorithm"], environment["JWT_SECRET_KEY"]) = ("HS256", "a shared secret of the tests, long enough");

        var result = await ServerProgram.RunAsync(["keys", "revoke", "--all"], environment);

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("JWT_SECRET_KEY").And.NotContain("a shared secret");
    }

    private static string KeyOf(SignedIn person) => Jwt.Header(person.AccessToken)["kid"]!.GetValue<string>();

    private async Task<ServerProgram.Finished> RunAsync(params string[] line)
    {
        var result = await ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));
        result.ExitCode.Should().Be(0, result.Error);
        return result;
    }

    private async Task<IReadOnlyList<(string Kid, string State)>> StatesAsync() =>
        [.. (await RunAsync("keys", "list", "--json")).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .Select(key => (key["kid"]!.GetValue<string>(), key["state"]!.GetValue<string>()))];
}
