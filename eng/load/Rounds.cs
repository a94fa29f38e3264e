namespace AuthServer.Load;

/// <summary>The measurements by kind of load, in the order of the rounds, made comparable.</summary>
internal sealed class Rounds(IReadOnlyList<Measurement> measurements)
{
    private readonly double _reference = Spread.Of(measurements.Select(measurement => measurement.Calibration)).Median;
    private readonly ILookup<string, Measurement> _bySlot = measurements.ToLookup(measurement => measurement.Slot, StringComparer.Ordinal);

    public IEnumerable<double> Scaled(string slot, Func<Measurement, double> milliseconds) =>
        _bySlot[slot].Select(measurement => milliseconds(measurement) * _reference / measurement.Calibration);

    /// <summary>Processor time, server and database, of one kind ÷ that of another in the same round.</summary>
    public Spread CpuRatio(string slot, string limit) => Ratio(Scaled(slot, AllCpu), Scaled(limit, AllCpu));

    /// <summary>Processor milliseconds, server and database, of one kind beyond those of another in the same round.</summary>
    public Spread CpuBeyond(string limit, string slot) =>
        Spread.Of(Scaled(slot, AllCpu).Zip(Scaled(limit, AllCpu), (all, hash) => all - hash));

    /// <summary>How many of a kind a core could do in a second, if all of it went into server and database.</summary>
    public Spread PerCoreSecond(string slot) => Spread.Of(Scaled(slot, AllCpu).Select(milliseconds => 1000 / milliseconds));

    public Spread RateRatio(string slot, string limit) => Ratio(_bySlot[slot].Select(Rate), _bySlot[limit].Select(Rate));

    public static Spread Ratio(IEnumerable<double> ours, IEnumerable<double> limit) =>
        Spread.Of(ours.Zip(limit, (one, other) => one / other));

    private static double AllCpu(Measurement measurement) => measurement.ServerCpu + measurement.DatabaseCpu;

    private static double Rate(Measurement measurement) => measurement.Tally.Rate;
}
