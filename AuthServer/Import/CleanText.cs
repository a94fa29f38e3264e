using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AuthServer.Import;

/// <summary>Brings what years of typing and pasting have left to one form.</summary>
internal static partial class CleanText
{
    /// <summary>In normal form C, with single blanks and nothing invisible; null where nothing is left.</summary>
    public static string? Of(string? text) =>
        text is null || !IsWellFormed(text) ? text : Tidy(Visible(text).Normalize(NormalizationForm.FormC));

    /// <summary>
    /// The same but for the normal form, which makes ASCII letters of look-alikes such as U+212A, and so another's address of one.
    /// </summary>
    public static string? OfAddress(string? text) => text is null || !IsWellFormed(text) ? text : Tidy(Visible(text));

    /// <summary>For comparing names: nobody's name differs from another's by case or blanks alone.</summary>
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

    // The two joiners stay: Persian and Indic names are not spelled rightly without them.
    private static bool IsInvisible(Rune rune) =>
        rune.Value is not (0x200C or 0x200D) && Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Blanks();
}
