using System.Globalization;
using System.Text;
using AuthServer.Domain;

namespace AuthServer.Import;

/// <summary>Derives slugs from clinic names; Hebrew is transliterated letter by letter, as on road signs.</summary>
internal static class ClinicSlug
{
    private static readonly Dictionary<char, string> Hebrew = new()
    {
        ['א'] = "a",
        ['ב'] = "b",
        ['ג'] = "g",
        ['ד'] = "d",
        ['ה'] = "h",
        ['ו'] = "v",
        ['ז'] = "z",
        ['ח'] = "h",
        ['ט'] = "t",
        ['י'] = "y",
        ['כ'] = "k",
        ['ך'] = "k",
        ['ל'] = "l",
        ['מ'] = "m",
        ['ם'] = "m",
        ['נ'] = "n",
        ['ן'] = "n",
        ['ס'] = "s",
        ['ע'] = "a",
        ['פ'] = "p",
        ['ף'] = "p",
        ['צ'] = "ts",
        ['ץ'] = "ts",
        ['ק'] = "k",
        ['ר'] = "r",
        ['ש'] = "sh",
        ['ת'] = "t",
    };

    /// <summary>The first candidate that is free.</summary>
    public static string For(string? name, string legacyId, Func<string, bool> isTaken)
    {
        var wanted = Of(name) ?? Of($"clinic {legacyId}") ?? "clinic";
        var slug = wanted;
        for (var number = 2; isTaken(slug) || !TenantSlug.IsValid(slug); number++)
        {
            var suffix = $"-{number.ToString(CultureInfo.InvariantCulture)}";
            slug = wanted[..Math.Min(wanted.Length, TenantSlug.MaxLength - suffix.Length)].TrimEnd('-') + suffix;
        }

        return slug;
    }

    /// <summary>The name as a slug; null if too little of it is left.</summary>
    public static string? Of(string? name)
    {
        var slug = new StringBuilder();
        foreach (var character in (name ?? "").Normalize(NormalizationForm.FormD).ToLowerInvariant())
        {
            slug.Append(Part(character, slug.Length > 0 && slug[^1] != '-'));
        }

        slug.Length = Math.Min(slug.Length, TenantSlug.MaxLength);
        return slug.ToString().TrimEnd('-') is { Length: >= 2 } made && TenantSlug.IsValid(made) ? made : null;
    }

    private static string Part(char character, bool canBreak) =>
        char.IsAsciiLetterOrDigit(character) ? character.ToString()
        : Hebrew.TryGetValue(character, out var latin) ? latin
        // Accents, points, and the quotes of Hebrew abbreviations belong to the letter before them.
        : char.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark || character is '"' or '\'' or '\u05F3' or '\u05F4' ? ""
        : canBreak ? "-" : "";
}
