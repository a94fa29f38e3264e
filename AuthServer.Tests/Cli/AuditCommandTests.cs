using System.Text.Json.Nodes;
using AuthServer.AuditTrail;
using AuthServer.Tests.AuditTrail;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Cli;

/// <summary>What an auditor does with the binary.</summary>
public sealed class AuditCommandTests(AuditServer server) : IClassFixture<AuditServer>
{
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task A_log_that_is_as_it_was_is_said_to_be_with_what_was_looked_at()
    {
        await server.SealBatchesAsync(3);
        var newest = await server.NewestSealAsync();

        var (text, json) = (await RunAsync("audit", "verify"), await RunAsync("audit", "verify", "--json"));

        text.ExitCode.Should().Be(0);
        text.Output
            .Should()
            .StartWith("The audit log is intact.\n").And
            .Contain($"under {newest} seals").And
            .Contain($"the chain ends with seal {newest}");
        (json.ExitCode, json.Error).Should().Be((0, ""));
        var answer = JsonNode.Parse(json.Output)!;
        answer["ok"]!.GetValue<bool>().Should().BeTrue();
        answer["seals"]!.GetValue<long>().Should().Be(newest);
        answer["fault"].Should().BeNull();
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task A_log_that_is_not_ends_with_1_and_the_first_bad_event()
    {
        await using var own = await StartedServer.StartAsync(adjust: settings => settings["Audit:SealInterval"] = "01:00:00");
        await own.SealBatchesAsync(2);
        var (seal, environment) = (await own.NewestSealAsync(), ServerProgram.GoodEnvironment(own.Database.ServerConnection));
        var id = await own.EventOfAsync(seal, 4);
        await own.TamperAsync($"UPDATE audit_events SET reason = 'edited' WHERE id IN ({id}, {id + 1})");

        var (text, json) = (await ServerProgram.RunAsync(["audit", "verify"], environment),
            await ServerProgram.RunAsync(["audit", "verify", "--json"], environment));

        (text.ExitCode, text.Error).Should().Be(
            (1, $"The audit log was changed: Event {id} was edited: it does not match its hash in seal {seal}.\n"));
        json.ExitCode.Should().Be(1);
        JsonNode.Parse(json.Output)!["fault"]!["event_id"]!.GetValue<long>().Should().Be(id);
        JsonNode.Parse(json.Error)!["code"]!.GetValue<string>().Should().Be(AuditFaultKinds.EventEdited);
    }

    [Fact]
    [Trait("ASVS", "16.4.3")]
    public async Task A_head_that_was_kept_is_looked_for_in_the_chain()
    {
        await server.SealBatchesAsync(1);
        var path = Path.Combine(Path.GetTempPath(), $"heads-{Guid.NewGuid():N}.jsonl");
        var head = await RunAsync("audit", "head");
        await File.WriteAllTextAsync(path, head.Output);

        head.Error.Should().StartWith("-----BEGIN PUBLIC KEY-----");
        (await RunAsync("audit", "verify")).Output.Should().NotContain("kept elsewhere");
        (await RunAsync("audit", "verify", "--head", path)).Output.Should().Contain("1 head kept elsewhere found in the chain");
        await File.AppendAllTextAsync(path, (await RunAsync("audit", "head", "--json")).Output);
        (await RunAsync("audit", "verify", "--head", path)).Output.Should().Contain("2 heads kept elsewhere found in the chain");
        var other = AuditCheckpoint.Parse(head.Output)! with { Seal = 1_000_000, KeyId = "deadbeef" };
        await File.AppendAllTextAsync(path, other.ToJson() + "\n");
        (await RunAsync("audit", "verify", "--head", path)).Error.Should()
            .Contain("The kept head of seal 1000000 is not in the chain");
        await File.AppendAllTextAsync(path, "\0\n");
        var unreadable = await RunAsync("audit", "verify", "--head", path, "--json");
        File.Delete(path);
        (unreadable.ExitCode, unreadable.Output).Should().Be((2, ""));
        (await RunAsync("audit", "verify", "--head", path)).Should()
            .Be(new ServerProgram.Finished(2, "", $"Nothing was verified: There is no file {path}.\n"));
    }

    [Fact]
    public async Task Events_are_exported_to_a_private_file_that_is_whole_or_not_there()
    {
        await server.RecordAsync(2500);
        var path = Path.Combine(Path.GetTempPath(), $"export-{Guid.NewGuid():N}.jsonl");

        var result = await RunAsync("audit", "export", "--type", "user.*", "--from", "2026-01-01T00:00:00Z", "--out", path);

        (result.ExitCode, result.Output).Should().Be((0, ""));
        var lines = await File.ReadAllLinesAsync(path);
        result.Error.Should().Be($"{lines.Length} events were exported.\n");
        lines.Length.Should().BeGreaterThanOrEqualTo(2500);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        (await RunAsync("audit", "export", "--out", path)).Should()
            .Be(new ServerProgram.Finished(1, "", $"Nothing was done: {path} already exists.\n"));
        (await File.ReadAllLinesAsync(path)).Should().HaveCount(lines.Length);
        File.Delete(path);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'audit.exported' AND actor_id IS NULL AND detail = 'type=user.* "
                + "from=2026-01-01T00:00:00Z'")).Should().Be(1);
    }

    [Fact]
    public async Task Events_are_exported_to_standard_output_a_line_each()
    {
        await server.RecordAsync(3);

        var result =
            await ServerProgram.RunProcessAsync(
                ["audit", "export", "--outcome", "success"], ServerProgram.GoodEnvironment(server.Database.ServerConnection));

        result.Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Should()
            .HaveCountGreaterThan(3).And
            .OnlyContain(line => JsonNode.Parse(line, null, default)!["outcome"]!.GetValue<string>() == "success");
    }

    [Theory]
    [InlineData("--from", "yesterday")]
    [InlineData("--user", "dana")]
    [InlineData("--type", "nothing.such")]
    public async Task A_filter_that_makes_no_sense_is_told_by_its_name(string option, string value)
    {
        var result = await RunAsync("audit", "export", option, value);

        (result.ExitCode, result.Output).Should().Be((2, ""));
        result.Error.Should().StartWith($"Nothing was done: {option}: ").And.NotContain("%2B");
    }

    private Task<ServerProgram.Finished> RunAsync(params string[] line) =>
        ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));
}
