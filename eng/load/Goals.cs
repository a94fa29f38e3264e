namespace AuthServer.Load;

/// <summary>What was promised of one figure, and what came of it.</summary>
internal sealed record Goal(string Name, string Wanted, Spread Measured, string Reached);

internal static class Goals
{
    public static IEnumerable<Goal> Of(Figures figures)
    {
        var rounds = new Rounds(figures.Measurements);
        var storms = figures.Storms;
        return
        [
            AtMost("sign-in: CPU beyond its hash, ms", 2, rounds.CpuBeyond(Slot.Hash, Slot.SignIn)),
            new("register: CPU beyond its hash, ms", "", rounds.CpuBeyond(Slot.Hash, Slot.Register), ""),
            new("sign-ins per core and second, by CPU", "", rounds.PerCoreSecond(Slot.SignIn), ""),
            AtMost("refresh: CPU ÷ bare endpoint", 1.3, rounds.CpuRatio(Slot.Refresh, Slot.BareRefresh)),
            AtLeast("refresh: requests/s ÷ pgbench", 0.7, rounds.RateRatio(Slot.Refresh, Slot.PgBenchRefresh)),
            AtMost("me: CPU ÷ bare endpoint", 1.25, rounds.CpuRatio(Slot.Me, Slot.BareMe)),
            AtLeast("me: requests/s ÷ bare endpoint", 0.5, rounds.RateRatio(Slot.Me, Slot.BareMe)),
            AtLeast("verify: requests/s ÷ bare endpoint", 0.75, rounds.RateRatio(Slot.Verify, Slot.BareVerify)),
            AtMost(
                "refresh: p99 while 200 people sign in ÷ p99 idle", 3,
                Rounds.Ratio(storms.Select(storm => storm.StormRefresh), storms.Select(storm => storm.IdleRefresh))),
            AtMost(
                "me: p99 while 200 people sign in ÷ p99 idle", 3,
                Rounds.Ratio(storms.Select(storm => storm.StormMe), storms.Select(storm => storm.IdleMe))),
            AtMost("start to first 200, ms", 1200, Spread.Of(figures.Starts)),
            AtMost("resident memory idle, MB", 150, Spread.Of([figures.IdleMegabytes])),
            AtMost("resident memory after the load, MB", 190, Spread.Of([figures.LoadedMegabytes])),
            AtLeast("updates of sessions that touch no index", 0.9, Spread.Of([figures.HotShare])),
            AtMost("errors", 0, Spread.Of([figures.Errors])),
        ];
    }

    private static Goal AtMost(string name, double limit, Spread measured) =>
        new(name, FormattableString.Invariant($"≤ {limit}"), measured, Reached(measured.Median <= limit));

    private static Goal AtLeast(string name, double limit, Spread measured) =>
        new(name, FormattableString.Invariant($"≥ {limit}"), measured, Reached(measured.Median >= limit));

    private static string Reached(bool isReached) => isReached ? "yes" : "no";
}
