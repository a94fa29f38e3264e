using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AuthServer.Import;

/// <summary>Normalizes text that was typed and pasted over many years.</summary>
internal static partial class CleanText
{
    /// <summary>Unicode normal form C, with single blanks and nothing invisible; null if nothing is left.</summary>
    public static string? Of(string? text) =>
        text is null || !IsWellFormed(text) ? text : Tidy(Visible(text).Normalize(NormalizationForm.FormC));

    /// <summary>
    /// The same without Unicode normalization, which turns look-alikes such as U+212A into ASCII letters, and so one address into
    /// somebody else's.
    /// </summary>
    public static string? OfAddress(string? text) => text is null || !IsWellFormed(text) ? text : Tidy(Visible(text));

    /// <summary>For comparing names, which never differ by case or blanks alone.</summary>
    public static string? Key(string? name) => name?.ToUpperInvariant();

    private static string? Tidy(string text) => Blanks().Replace(text, " ").Trim(' ') is { Length: > 0 } clean ? clean : null;

    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes().Where(rune => !IsInvisible(rune)))
        {
            visible.Append(rune.ToString());
        }

        return visible.ToString();
    }

    private static bool IsWellFormed(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogate(text[index]) && !(index + 1 < text.Length && char.IsSurrogatePair(text[index], text[++index])))
            {
                return false;
            }
        }

        return true;
    }

    // Keep the two joiners: Persian and Indic names need them.
    private static bool IsInvisible(Rune rune) =>
        rune.Value is not (0x200C or 0x200D) && Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Blanks();
}
