using System.Globalization;
using System.Text;

namespace AuthServer.Domain;

/// <summary>What a device is called, which is cleaned: a label is no reason to refuse a sign-in.</summary>
internal static class DeviceLabel
{
    private const int MaxLength = 100;

    // Persian and Indic names and many emoji need the two joiners.
    private static readonly char[] Joiners = ['\u200C', '\u200D'];

    /// <summary>Null if nothing visible is left.</summary>
    public static string? Of(string? text) => Clean(text, MaxLength);

    /// <summary>The same for other text that a client sends unasked.</summary>
    public static string? Clean(string? text, int maxLength)
    {
        var signs = (text ?? "").EnumerateRunes().Select(rune => Rune.IsWhiteSpace(rune) ? new Rune(' ') : rune).Where(IsFit);
        var label = Cut(string.Concat(signs).Trim(), maxLength).TrimEnd();
        return label.Trim(Joiners).Length > 0 ? label : null;
    }

    // Half an emoji or a letter without its accent would be another one.
    private static string Cut(string text, int maxLength)
    {
        var length = 0;
        while (length < text.Length && length + StringInfo.GetNextTextElementLength(text, length) is var next && next <= maxLength)
        {
            length = next;
        }

        return text[..length];
    }

    // Unicode keeps U+1F000 to U+1FFFD free for emoji: phones know new ones before the runtime does.
    private static bool IsFit(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Format => Joiners.Any(joiner => rune.Value == joiner),
        UnicodeCategory.OtherNotAssigned => rune.Value is >= 0x1F000 and <= 0x1FFFD,
        UnicodeCategory.Control or UnicodeCategory.PrivateUse => false,
        _ => rune != Rune.ReplacementChar,
    };
}
