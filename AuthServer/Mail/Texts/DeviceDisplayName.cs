using System.Globalization;
using System.Text;

namespace AuthServer.Mail.Texts;

/// <summary>
/// Turns the name of a device or a user agent into text for a mail. An attacker who guessed a password controls this text and must
/// not be able to send a link of their own in our name.
/// </summary>
internal static class DeviceDisplayName
{
    private const int MaxLength = 80;

    // In this order, because each browser also claims to be those below it.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ];

    /// <summary>Null if nothing readable is left.</summary>
    public static string? Of(string? device) =>
        device is null ? null
        : device.StartsWith("Mozilla/", StringComparison.Ordinal)
            && Find(Browsers, device) is { } browser
            && Find(Systems, device) is { } system ? $"{browser}, {system}"
        : Words(device);

    private static string? Find((string Mark, string Name)[] known, string text) =>
        known.FirstOrDefault(one => text.Contains(one.Mark, StringComparison.Ordinal)).Name;

    private static string? Words(string device)
    {
        var text = new StringBuilder();
        var runes = device.EnumerateRunes().Take(MaxLength).ToList();
        foreach (var (index, rune) in runes.Index())
        {
            // A dot between digits belongs to a version; any other may belong to a domain.
            var isVersionDot = rune.Value == '.'
                && index > 0
                && index + 1 < runes.Count
                && IsDigit(runes[index - 1])
                && IsDigit(runes[index + 1]);
            var isKept = isVersionDot
                || Rune.IsLetterOrDigit(rune)
                || IsMark(rune)
                || "'’()-_,".Contains(rune.ToString(), StringComparison.Ordinal);
            text.Append(isKept ? rune.ToString() : " ");
        }

        var words = string.Join(' ', text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return words.Length == 0 ? null : words;
    }

    private static bool IsDigit(Rune rune) => rune.IsAscii && char.IsAsciiDigit((char)rune.Value);

    // Hebrew points and Indic vowels belong to the letter before them.
    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
