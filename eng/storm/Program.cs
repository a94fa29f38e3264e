using System.Globalization;
using AuthServer.Storm;
using AuthServer.Storm.Scenarios;

// Started by eng/faults, which makes the cluster and says in the environment where everything is.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var scenarios = new (string Name, Func<Stage, Report, Task> RunAsync)[]
{
    ("revocation", Revocation.RunAsync),
    ("key-rotation", KeyRotation.RunAsync),
    ("kill", Kill.RunAsync),
    ("database", DatabaseDown.RunAsync),
    ("rolling", RollingRestart.RunAsync),
    ("slow", SlowClients.RunAsync),
    ("garbage", Garbage.RunAsync),
    ("sign-ins", WrongSignIns.RunAsync),
    ("clocks", Clocks.RunAsync),
    ("races", Races.RunAsync),
};

var isShort = args.Contains("--short");
var wanted = args.Where(arg => arg != "--short").ToList();
if (wanted.FirstOrDefault(name => scenarios.All(scenario => scenario.Name != name)) is { } unknown)
{
    await Console.Error.WriteLineAsync(
        $"There is no scenario '{unknown}'. There are: {string.Join(", ", scenarios.Select(scenario => scenario.Name))}.");
    return 2;
}

var report = new Report();
await using var stage = new Stage(isShort);
using var terminated =
    System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, _ => stage.Abandon());
await stage.SetUpAsync();
foreach (var (name, runAsync) in scenarios.Where(scenario => wanted.Count == 0 || wanted.Contains(scenario.Name)))
{
    await report.RunAsync(name, () => runAsync(stage, report));
    await report.RunAsync(name, stage.RestoreAsync);
}

await report.RunAsync("ledger", () => stage.Ledger.CheckAsync(stage.Cluster, report));
return report.Summarise();
