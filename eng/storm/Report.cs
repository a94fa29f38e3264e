using System.Diagnostics;

namespace AuthServer.Storm;

/// <summary>What came of it: a line for each promise, and a table of all of them at the end.</summary>
internal sealed class Report
{
    private readonly List<(string Verdict, string Name, string Figures)> _lines = [];
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    public void Add(bool passed, string name, string figures) => Write(passed ? "PASS" : "FAIL", name, figures);

    public void Skip(string name, string reason) => Write("SKIP", name, reason);

    /// <summary>Runs it, and turns what it throws into a failure of its own.</summary>
    public async Task RunAsync(string name, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception exception)
        {
            Write("FAIL", name, $"it broke off: {exception.GetType().Name}: {exception.Message}");
            await Console.Error.WriteLineAsync(exception.ToString());
        }
    }

    /// <summary>Prints the table; answers the exit code.</summary>
    public int Summarise()
    {
        var failed = _lines.Count(line => line.Verdict == "FAIL");
        var width = _lines.Max(line => line.Name.Length);
        Console.WriteLine();
        foreach (var (verdict, name, figures) in _lines)
        {
            Console.WriteLine($"| {verdict} | {name.PadRight(width)} | {figures} |");
        }

        Console.WriteLine(
            $"\n{_lines.Count(line => line.Verdict == "PASS")} passed, {failed} failed, "
                + $"{_lines.Count(line => line.Verdict == "SKIP")} skipped in {_elapsed.Elapsed.TotalSeconds:0} s");
        return failed > 0 ? 1 : 0;
    }

    private void Write(string verdict, string name, string figures)
    {
        _lines.Add((verdict, name, figures));
        Console.WriteLine($"{verdict} {name}: {figures}");
    }
}
