using AuthServer.AuditTrail;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.AuditTrail;

public sealed class HeadFileTests
{
    [Fact]
    [Trait("ASVS", "16.4.3")]
    public async Task Each_head_is_appended_to_the_file_and_found_again_in_the_chain()
    {
        var path = Path.Combine(Path.GetTempPath(), $"heads-{Guid.NewGuid():N}.jsonl");
        await using var server = await StartAsync(path);

        await server.SealBatchesAsync(3);

        var lines = await File.ReadAllLinesAsync(path);
        File.Delete(path);
        lines
            .Select(line => AuditCheckpoint.Parse(line)!.Seal)
            .Should()
            .Equal(Enumerable.Range(1, lines.Length).Select(number => (long)number));
        lines.Should().HaveCountGreaterThanOrEqualTo(3);
        await using var scope = server.Services.CreateAsyncScope();
        var counts = new AuditCounts();
        (await scope.ServiceProvider.GetRequiredService<CheckpointVerifier>()
            .FindMissingAsync(lines.ToAsyncEnumerable(), counts, CancellationToken.None)).Should().BeNull();
        counts.KeptHeads.Should().Be(lines.Length);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_of_and_stops_nothing()
    {
        await using var server = await StartAsync(Path.Combine(Path.GetTempPath(), $"nowhere-{Guid.NewGuid():N}", "heads.jsonl"));

        await server.SealBatchesAsync(2);

        (await server.NewestSealAsync()).Should().BeGreaterThanOrEqualTo(2);
        server.Logs.Lines.Should().Contain(
            line => line.StartsWith("Error AuthServer.AuditTrail.CheckpointPublisher 3001 ", StringComparison.Ordinal));
    }

    private static Task<StartedServer> StartAsync(string path) =>
        StartedServer.StartAsync(adjust: settings => (settings["Audit:SealInterval"], settings["Audit:HeadFile"]) = ("01:00:00", path));
}
