using System.Globalization;

namespace AuthServer.Load;

/// <summary>Least, median and most of what the rounds gave.</summary>
internal readonly record struct Spread(double Least, double Median, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new(sorted[0], (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[^1]);
    }

    public override string ToString() =>
        double.IsNaN(Median) ? "" : Least == Most ? Text(Median) : $"{Text(Median)} ({Text(Least)} to {Text(Most)})";

    // Three digits that count, whatever the unit.
    private static string Text(double value) =>
        value.ToString(Math.Abs(value) switch
        {
            0 or >= 100 =>
            "N0",
            >= 10 => "0.0",
            >= 1 => "0.00",
            _ => "0.000"
        }, CultureInfo.InvariantCulture);
}
