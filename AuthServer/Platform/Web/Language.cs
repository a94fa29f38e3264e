namespace AuthServer.Platform.Web;

/// <summary>A language that mails and pages are written in.</summary>
internal sealed record Language(string Tag, string Direction)
{
    public static readonly Language English = new("en", "ltr");
    public static readonly Language Hebrew = new("he", "rtl");

    /// <summary>The nearest to a BCP 47 tag; English where there is none.</summary>
    public static Language Of(string? tag) => Find(tag) ?? English;

    /// <summary>What <c>?lang=</c> says, as links in mails do, or else the browser.</summary>
    public static Language AskedFor(HttpRequest request) =>
        Find(request.Query["lang"]) ?? request.GetTypedHeaders().AcceptLanguage
            .Where(wanted => wanted.Quality != 0).OrderByDescending(wanted => wanted.Quality ?? 1)
            .Select(wanted => Find(wanted.Value.Value)).FirstOrDefault(language => language is not null) ?? English;

    // Java and older Androids still say iw, as ISO 639 did until 1989.
    private static Language? Find(string? tag) => tag?.Split('-', '_')[0].ToLowerInvariant() switch
    {
        "en" => English,
        "he" or "iw" => Hebrew,
        _ => null,
    };
}
