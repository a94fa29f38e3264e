namespace AuthServer.Platform.Web;

/// <summary>A language of mails and pages.</summary>
internal sealed record Language(string Tag, string Direction)
{
    public static readonly Language English = new("en", "ltr");
    public static readonly Language Hebrew = new("he", "rtl");

    /// <summary>The best match for a BCP 47 tag; English by default.</summary>
    public static Language Of(string? tag) => Find(tag) ?? English;

    /// <summary>The language of <c>?lang=</c>, which links in mails have, or of the browser.</summary>
    public static Language AskedFor(HttpRequest request) =>
        Find(request.Query["lang"]) ?? request.GetTypedHeaders().AcceptLanguage
            .Where(wanted => wanted.Quality != 0).OrderByDescending(wanted => wanted.Quality ?? 1)
            .Select(wanted => Find(wanted.Value.Value)).FirstOrDefault(language => language is not null) ?? English;

    // Java and older Android versions still send iw, the code of ISO 639 until 1989.
    private static Language? Find(string? tag) => tag?.Split('-', '_')[0].ToLowerInvariant() switch
    {
        "en" => English,
        "he" or "iw" => Hebrew,
        _ => null,
    };
}
