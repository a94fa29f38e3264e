using System.Globalization;

namespace AuthServer.Cli;

/// <summary>Numbers before words.</summary>
internal static class Plural
{
    public static string Of(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
