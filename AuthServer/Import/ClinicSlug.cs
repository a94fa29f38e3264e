using System.Globalization;
using System.Text;
using AuthServer.Domain;

namespace AuthServer.Import;

/// <summary>Slugs for clinics that had none, from their names; Hebrew letter by letter, as road signs have it.</summary>
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

    /// <summary>The first that nobody has.</summary>
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

    /// <summary>What the name would be as a slug, or null where too little is left of it.</summary>
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
        // Accents, points, and the quotes of Hebrew abbreviations belong to the letter before.
        : char.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark || character is '"' or '\'' or '\u05F3' or '\u05F4' ? ""
        : canBreak ? "-" : "";
}
