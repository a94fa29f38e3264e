using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Cli;

/// <summary>What operators do with API keys, above all when one has leaked.</summary>
public sealed class ApiKeyCommandTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("ASVS", "7.4.1")]
    public async Task A_leaked_key_is_revoked_by_its_id_or_by_itself_and_nobody_is_on_record(bool byId)
    {
        var key = await server.MakeKeyAsync();
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);

        var result = await RunAsync("api-keys", "revoke", byId ? $"{key.Id}" : key.Text);

        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().MatchRegex($@"^Revoked service-\d+ \({key.Id}\), the platform\.\n$");
        await ShouldEndAsync(key);
        (await server.Database.QueryAsync<bool>(
            "SELECT actor_id IS NULL AND session_id IS NULL AND request_id LIKE 'cli-%' FROM audit_events WHERE type = 'api_key.revoked' "
                + "AND subject_id = @id",
            ("id", key.Id))).Should().BeTrue();
        (await RunAsync("api-keys", "revoke", $"{key.Id}")).Output.Should().StartWith("Already revoked: ");
    }

    [Fact]
    public async Task A_key_can_come_by_standard_input_so_that_no_history_has_it()
    {
        var key = await server.MakeKeyAsync();
        using var process =
            ServerProgram.Start(["api-keys", "revoke", "-", "--json"], ServerProgram.GoodEnvironment(server.Database.ServerConnection));

        await process.StandardInput.WriteLineAsync($" {key.Text} ");
        process.StandardInput.Close();

        var answer = JsonNode.Parse(await process.StandardOutput.ReadToEndAsync())!;
        (answer["id"]!.GetValue<Guid>(), answer["status"]!.GetValue<string>()).Should().Be((key.Id, "revoked"));
        await ShouldEndAsync(key);
    }

    [Fact]
    public async Task A_made_up_secret_switches_no_service_off()
    {
        var key = await server.MakeKeyAsync();

        var result = await RunAsync("api-keys", "revoke", ApiKeyText.Make(key.Id).Text);

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("the secret is not").And.NotContain("as_");
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task What_is_no_key_revokes_nothing_and_is_not_repeated()
    {
        var key = await server.MakeKeyAsync();

        var cut = await RunAsync("api-keys", "revoke", key.Text[..^1]);
        var unknown = await RunAsync("api-keys", "revoke", $"{Guid.Empty}");

        cut.Should().Be(
            new ServerProgram.Finished(2, "", "No API key was revoked: That is neither the id of an API key nor a complete key (as_…).\n"));
        unknown.Should().Be(new ServerProgram.Finished(1, "", "No API key was revoked: There is no such API key.\n"));
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Live_keys_are_listed_for_everybody_or_a_tenant_and_the_others_when_asked_for()
    {
        var (admin, clinic) = (await server.SignInAsAsync(Role.Admin), await server.OpenClinicAsync());
        var (live, gone) = (await server.MakeKeyAsync(admin, new { tenant = clinic.Slug }),
            await server.MakeKeyAsync(admin, new { tenant = clinic.Slug }));
        var elsewhere = await server.MakeKeyAsync(admin);
        await RunAsync("api-keys", "revoke", $"{gone.Id}");

        (await IdsAsync("--tenant", clinic.Slug)).Should().Equal(live.Id);
        (await IdsAsync("--tenant", clinic.Slug, "--all")).Should().Equal(gone.Id, live.Id);
        (await IdsAsync()).Should().Contain([live.Id, elsewhere.Id]).And.NotContain(gone.Id);
        (await RunAsync("api-keys", "list", "--tenant", clinic.Slug)).Output
            .Should()
            .MatchRegex($"^ID .*\n{live.Id}  live     service-.*  @{clinic.Slug}  .* until .*, never used\n$").And
            .NotContain("as_");
        (await RunAsync("api-keys", "list", "--tenant", "nobody's")).Should()
            .Be(new ServerProgram.Finished(1, "", "API keys cannot be listed: There is no such tenant.\n"));
    }

    private async Task ShouldEndAsync(Key key) =>
        await Eventually.TrueAsync(async () => (int)(await server.Api.GetWithKeyAsync("users", key.Text)).StatusCode == 401, "a refusal");

    private async Task<IReadOnlyList<Guid>> IdsAsync(params string[] options) =>
        [.. (await RunAsync(["api-keys", "list", "--json", .. options])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!["id"]!.GetValue<Guid>())];

    private Task<ServerProgram.Finished> RunAsync(params string[] line) =>
        ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));
}
