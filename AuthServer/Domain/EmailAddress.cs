using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace AuthServer.Domain;

/// <summary>
/// An e-mail address as typed and in canonical form. Identity's upper-casing normaliser maps look-alikes such as U+212A (Kelvin
/// sign) to ASCII letters, and so to other people's accounts. Here the local part is ASCII only and the domain goes through IDNA,
/// so that each mailbox has one canonical spelling.
/// </summary>
internal sealed record EmailAddress(string Address, string Canonical)
{
    // RFC 5321 section 4.5.3.1: 64 octets before the @, and a path of 256 with its brackets.
    private const int MaxLocalLength = 64;
    internal const int MaxLength = 254;

    // RFC 5322 atext. Quoted local parts are legal, but in practice only attackers use them.
    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    // RFC 2606: the domain never receives mail.
    private const string PlaceholderDomain = "anonymous.invalid";

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>
    /// Canonicalizes arbitrary input at sign-in. Text that is not a valid address stays as it is and fails like any unknown name;
    /// it is not lower-cased, because that too would map U+212A to an ASCII letter.
    /// </summary>
    public static string Canonicalize(string text) => ParseLocal(text.Trim())?.Canonical ?? text.Trim();

    /// <summary>
    /// Also accepts addresses without a dot in the domain, such as <c>admin@localhost</c>. For the operator only, never for the
    /// API.
    /// </summary>
    public static EmailAddress? ParseLocal(string text) =>
        Parse(text)
            ?? (text.EndsWith("@localhost", StringComparison.OrdinalIgnoreCase)
                && IsLocalPart(text.AsSpan(0, text.IndexOf('@', StringComparison.Ordinal)))
            ? new(text, text.ToLowerInvariant())
            : null);

    /// <summary>Parses an address that mail can be sent to; null for anything else.</summary>
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

    /// <summary>A value for the mandatory address column of an account that has no address.</summary>
    public static EmailAddress PlaceholderFor(Guid id) => new($"{id}@{PlaceholderDomain}", $"{id}@{PlaceholderDomain}");

    /// <summary>Shows just enough for the owner to recognize the address: <c>d•••@example.com</c>.</summary>
    public static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 0 ? "•••" : $"{(at > 1 ? address[..1] : "")}•••{address[at..]}";
    }

    // IDNA silently drops some of these, and others could break a mail header.
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

        // Require a dot and refuse address literals: localhost and 127.0.0.1 are nobody's mailbox.
        return ascii.Contains('.', StringComparison.Ordinal)
            && ascii != PlaceholderDomain
            && !ascii.AsSpan().ContainsAnyExcept(DomainCharacters)
            && !IPAddress.TryParse(ascii, out _)
            && ascii.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-')
                ? ascii
                : null;
    }
}
