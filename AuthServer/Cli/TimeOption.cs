using System.CommandLine;
using System.Globalization;

namespace AuthServer.Cli;

/// <summary>A time on the command line. It needs an offset: without one it would mean the time zone of the machine.</summary>
internal static class TimeOption
{
    private static readonly string[] Forms =
        [.. ((string[])["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"])
            .SelectMany(form => (string[])[$"{form}'Z'", $"{form}zzz"])];

    public static Option<DateTimeOffset?> Make(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParseExact(
                result.Tokens[0].Value, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time;
            }

            result.AddError($"{name} needs a time with its offset, such as 2027-01-01T08:00Z or 2027-01-01T10:00+02:00.");
            return null;
        },
    };
}
