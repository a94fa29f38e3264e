namespace AuthServer.Domain;

/// <summary>Makes BCP 47 tags of the spellings that Java, Android and POSIX systems use.</summary>
internal static class LanguageTag
{
    /// <summary>The tag for <c>he_IL</c>, <c>iw_IL</c> or <c>he_IL.UTF-8@euro</c>, which is <c>he-IL</c>; null for a blank text.</summary>
    public static string? Of(string? text)
    {
        if (text?.Split('.', '@')[0].Trim() is not { Length: > 0 } locale)
        {
            return null;
        }

        var parts = locale.Split('-', '_');
        return string.Join('-', parts.Skip(1).Prepend(Current(parts[0])));
    }

    // Java and older Android versions still send the codes of ISO 639 until 1989.
    private static string Current(string language) => language.ToLowerInvariant() switch
    {
        "iw" => "he",
        "in" => "id",
        "ji" => "yi",
        _ => language,
    };
}
