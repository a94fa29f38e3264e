using System.Globalization;

namespace AuthServer.Cli;

/// <summary>Formats a number with its noun.</summary>
internal static class Plural
{
    public static string Of(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
