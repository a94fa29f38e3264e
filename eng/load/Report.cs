using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AuthServer.Load;

/// <summary>Writes docs/performance.md: the goals first, then every figure behind them.</summary>
internal static class Report
{
    public static string Write(Figures figures, Plan plan)
    {
        var text = new StringBuilder();
        var storms = figures.Storms;
        text.AppendLine("# Performance").AppendLine();
        text.AppendLine("`eng/bench` wrote this page and writes it anew: `eng/bench [SECONDS] [--rounds N]` (Linux only).").AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, {Machine(figures.PostgreSql)}. "
                + $"{plan.Rounds} rounds of {plan.Duration.TotalSeconds} s each.").AppendLine();
        text.AppendLine("## Goals").AppendLine();
        Table(
            text, ["", "goal", "measured: median (least to most)", "reached"],
            Goals.Of(figures).Select(goal => (string[])[goal.Name, goal.Wanted, goal.Measured.ToString(), goal.Reached]));
        text.AppendLine().AppendLine("## Figures").AppendLine();
        Table(text, ["", "requests/s", "p50 ms", "p99 ms", "server CPU ms", "PostgreSQL CPU ms", "errors"], Rows(figures));
        text.AppendLine().AppendLine(string.Create(CultureInfo.InvariantCulture, $"""
            Each figure is the median of the rounds, with the least and the most. Load generator, server and PostgreSQL (fsync on) share the
            machine, over HTTP on loopback with keep-alive: 16 connections, 4 where passwords are hashed, each sending its next request when
            the last is answered. A process's CPU is its user and system time per request, scaled by a fixed piece of work that is timed
            right before and after, because a machine's speed drifts; a ratio compares measurements of the same round. *Bare* is a Kestrel
            and Npgsql endpoint that runs the same statement and answers JSON, without authentication, tokens, limits and headers;
            *verify, bare* runs none.
            *hash alone* is the password hash in a loop; *pgbench* runs the statement of a rotation with no server in front.

            In the storms {storms.Sum(storm => storm.SignedIn)} people were signed in and
            {storms.Sum(storm => storm.Busy)} told to come back later (503 with `Retry-After`, as intended);
            {storms.Sum(storm => storm.Errors)}
            errors. p99 without and with the storm:
            refresh {Spread.Of(storms.Select(storm => storm.IdleRefresh))} and {Spread.Of(storms.Select(storm => storm.StormRefresh))} ms,
            me {Spread.Of(storms.Select(storm => storm.IdleMe))} and {Spread.Of(storms.Select(storm => storm.StormMe))} ms.
            """));
        return text.ToString();
    }

    private static IEnumerable<string[]> Rows(Figures figures)
    {
        var rounds = new Rounds(figures.Measurements);
        return figures.Measurements.GroupBy(measurement => measurement.Slot, StringComparer.Ordinal).Select(slot => (string[])
        [
            slot.Key,
            Spread.Of(slot.Select(measurement => measurement.Tally.Rate)).ToString(),
            Spread.Of(slot.Select(measurement => measurement.Tally.Quantile(0.5))).ToString(),
            Spread.Of(slot.Select(measurement => measurement.Tally.Quantile(0.99))).ToString(),
            Spread.Of(rounds.Scaled(slot.Key, measurement => measurement.ServerCpu)).ToString(),
            Spread.Of(rounds.Scaled(slot.Key, measurement => measurement.DatabaseCpu)).ToString(),
            Errors(slot),
        ]);
    }

    private static string Errors(IEnumerable<Measurement> slot)
    {
        var byStatus = slot.SelectMany(measurement => measurement.Tally.Errors).GroupBy(error => error.Key, error => error.Value).ToList();
        return byStatus.Count == 0
            ? "0"
            : string.Join(", ", byStatus.Select(status => string.Create(CultureInfo.InvariantCulture, $"{status.Sum()} × {status.Key}")));
    }

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        Row(text, head);
        Row(text, head.Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (var row in rows)
        {
            Row(text, row);
        }
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");

    private static string Machine(string postgreSql)
    {
        var model =
            File.ReadLines(
                "/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
                    ?? RuntimeInformation.ProcessArchitecture.ToString();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({model}), {memory:0} GB, Linux {Environment.OSVersion.Version.ToString(2)}, "
                + $".NET {Environment.Version}, PostgreSQL {postgreSql}");
    }
}
