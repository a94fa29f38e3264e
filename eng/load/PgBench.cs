using System.Diagnostics;
using System.Globalization;
using AuthServer.Sessions.Refresh;
using Npgsql;

namespace AuthServer.Load;

/// <summary>
/// PostgreSQL's own load generator with the statement of a rotation, each client on a session of its own: what the
/// database can do without any server in front.
/// </summary>
internal sealed class PgBench(NpgsqlDataSource database, NpgsqlConnectionStringBuilder connection, int clients)
{
    public const string DeviceName = "pgbench";

    private static readonly string Script = $$"""
        \if :started
        \else
        SELECT id AS session_id, generation FROM sessions WHERE device_name = '{{DeviceName}}' ORDER BY id OFFSET :client_id LIMIT 1 \gset
        \set started 1
        \endif
        {{RefreshTokenRotation.RotateSql
            .Replace("@session_id", ":session_id", StringComparison.Ordinal)
            .Replace("@generation", ":generation", StringComparison.Ordinal)
            .Replace("@now", "now()", StringComparison.Ordinal)
            .Replace("@today", "current_date", StringComparison.Ordinal)
            .Replace("@ip", "inet '127.0.0.1'", StringComparison.Ordinal)}};
        \set generation :generation + 1
        """;

    public async Task<Tally> RunAsync(TimeSpan duration)
    {
        var before = await RotationsAsync();
        var tally = await RunProgramAsync(duration);
        // A statement that found nothing to change would be no failure to pgbench, and cheap.
        if (await RotationsAsync() - before != tally.Count)
        {
            tally.Errors[0] = tally.Count;
        }

        return tally;
    }

    private async Task<Tally> RunProgramAsync(TimeSpan duration)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Script);
        try
        {
            using var process = Process.Start(StartInfo(file, duration))!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            var count = (int)Number(output, "actually processed: ");
            var rate = Number(output, "tps = ");
            return new Tally { Count = count, Elapsed = TimeSpan.FromSeconds(count / rate) };
        }
        finally
        {
            File.Delete(file);
        }
    }

    private ProcessStartInfo StartInfo(string script, TimeSpan duration)
    {
        var start =
            new ProcessStartInfo(
                "pgbench",
                [
                    "-n", "-M", "prepared", "-c", Text(clients), "-j", Text(Math.Min(clients, Environment.ProcessorCount)), "-T",
                    Text((int)duration.TotalSeconds), "-D", "started=0", "-f", script])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = (connection.Host,
            Text(connection.Port), connection.Username);
        (start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) = (connection.Password, connection.Database);
        return start;
    }

    private async Task<long> RotationsAsync()
    {
        await using var command = database.CreateCommand("SELECT sum(generation) FROM sessions WHERE device_name = @name");
        command.Parameters.Add(new("name", DeviceName));
        return (long)(await command.ExecuteScalarAsync())!;
    }

    // Behind the label, up to a space, a slash or the end of the line.
    private static double Number(string output, string label)
    {
        var at = output.IndexOf(label, StringComparison.Ordinal);
        return at < 0
            ? throw new InvalidOperationException($"pgbench did not say '{label}'.")
            : double.Parse(output[(at + label.Length)..].Split(' ', '/', '\n')[0], CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
