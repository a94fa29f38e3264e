using System.Globalization;
using AuthServer.Load;

// The load generator of eng/bench, and the bare server that it compares ours with.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

switch (args)
{
    case ["bare", var url]:
        await BareServer.RunAsync(url, Required("DATABASE_URL"));
        return 0;
    case ["measure", var server, var seconds, var rounds, var report]:
        var plan =
            new Plan(
                server, TimeSpan.FromSeconds(int.Parse(seconds, NumberStyles.None, CultureInfo.InvariantCulture)),
                int.Parse(rounds, NumberStyles.None, CultureInfo.InvariantCulture));
        var figures = await Benchmark.RunAsync(plan, Required("DATABASE_URL"));
        var text = Report.Write(figures, plan);
        await File.WriteAllTextAsync(report, text);
        Console.WriteLine(text);
        return figures.Errors > 0 ? 1 : 0;
    default:
        await Console.Error.WriteLineAsync("usage: Load bare URL | Load measure SERVER SECONDS ROUNDS REPORT (eng/bench calls it)");
        return 2;
}

static string Required(string variable) =>
    Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set.");
