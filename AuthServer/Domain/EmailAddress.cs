using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace AuthServer.Domain;

/// <summary>
/// An e-mail address as typed and in its canonical form. Identity's upper-casing normaliser maps look-alikes such as
/// U+212A (Kelvin) onto ASCII letters and so onto other people's accounts; here the local part is ASCII only and the
/// domain goes through IDNA, so that one mailbox has one spelling.
/// </summary>
internal sealed record EmailAddress(string Address, string Canonical)
{
    // RFC 5321 section 4.5.3.1: 64 octets before the @, and a path of 256 with its brackets.
    private const int MaxLocalLength = 64;
    private const int MaxLength = 254;

    // RFC 5322 atext: quoted local parts are legal and never meant, except by somebody who tries something.
    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    // RFC 2606: no mail ever reaches it.
    private const string PlaceholderDomain = "anonymous.invalid";

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>
    /// The canonical form of whatever was typed: somebody who signs in with no proper address must fail like anybody
    /// else whose name is unknown. It stays as it is, because lower-casing too maps U+212A onto an ASCII letter.
    /// </summary>
    public static string Canonicalize(string text) => ParseLocal(text.Trim())?.Canonical ?? text.Trim();

    /// <summary>An address on this machine alone, such as <c>admin@localhost</c>: for the operator, never for the API.</summary>
    public static EmailAddress? ParseLocal(string text) =>
        Parse(text)
            ?? (text.EndsWith("@localhost", StringComparison.OrdinalIgnoreCase)
                && IsLocalPart(text.AsSpan(0, text.IndexOf('@', StringComparison.Ordinal)))
            ? new(text, text.ToLowerInvariant())
            : null);

    /// <summary>The address, or null where the text is none that mail could reach.</summary>
    public static EmailAddress? Parse(string? text)
    {
        if (text is null || text.EnumerateRunes().Any(IsInvisible) || text.Trim() is not { Length: <= MaxLength } address)
        {
            return null;
        }

        var at = address.IndexOf('@', StringComparison.Ordinal);
        if (at is < 1 or > MaxLocalLength || !IsLocalPart(address.AsSpan(0, at)) || Domain(address[(at + 1)..]) is not { } domain)
        {
            return null;
        }

        var canonical = $"{address[..at].ToLowerInvariant()}@{domain}";
        return canonical.Length <= MaxLength ? new($"{address[..at]}@{domain}", canonical) : null;
    }

    /// <summary>What stands where an address has to stand, for an account that has none.</summary>
    public static EmailAddress PlaceholderFor(Guid id) => new($"{id}@{PlaceholderDomain}", $"{id}@{PlaceholderDomain}");

    /// <summary>Enough of an address for its owner to know it by, and no more: <c>d•••@example.com</c>.</summary>
    public static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 0 ? "•••" : $"{(at > 1 ? address[..1] : "")}•••{address[at..]}";
    }

    // IDNA drops some of these without a word, a mail header may break at others.
    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format;

    private static bool IsLocalPart(ReadOnlySpan<char> local) =>
        !local.IsEmpty
            && !local.ContainsAnyExcept(LocalCharacters)
            && local[0] != '.'
            && local[^1] != '.'
            && !local.Contains("..", StringComparison.Ordinal);

    private static string? Domain(string domain)
    {
        string ascii;
        try
        {
            ascii = Idn.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        // A dot is asked for and an address literal refused: neither localhost nor 127.0.0.1 is anybody's mailbox.
        return ascii.Contains('.', StringComparison.Ordinal)
            && ascii != PlaceholderDomain
            && !ascii.AsSpan().ContainsAnyExcept(DomainCharacters)
            && !IPAddress.TryParse(ascii, out _)
            && ascii.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-')
                ? ascii
                : null;
    }
}
