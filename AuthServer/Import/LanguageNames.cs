using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Import;

/// <summary>Maps language names as used in forms to tags.</summary>
internal static class LanguageNames
{
    private static readonly Dictionary<string, string> Tags = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hebrew"] = "he",
        ["עברית"] = "he",
        ["english"] = "en",
        ["אנגלית"] = "en",
        ["arabic"] = "ar",
        ["ערבית"] = "ar",
        ["russian"] = "ru",
        ["רוסית"] = "ru",
        ["french"] = "fr",
        ["צרפתית"] = "fr",
        ["spanish"] = "es",
        ["ספרדית"] = "es",
        ["amharic"] = "am",
        ["אמהרית"] = "am",
        ["german"] = "de",
        ["ukrainian"] = "uk",
        ["romanian"] = "ro",
        ["yiddish"] = "yi",
    };

    /// <summary>The BCP 47 tag; null if the text is neither a tag nor a known name.</summary>
    public static string? TagOf(string? text)
    {
        var (tag, errors) = (text is null ? null : Tags.GetValueOrDefault(text) ?? LanguageTag.Of(text), new FieldErrors());
        errors.LanguageTag("language", tag);
        return errors.Any ? null : tag;
    }
}
