using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AuthServer.Domain;

/// <summary>
/// The sender's name on a tenant's mails. Many mail programs show nothing else, so it must look neither like an address nor like a
/// sender that people obey, in whatever letters.
/// </summary>
internal static partial class SenderName
{
    public const string Rule =
        "A name, not an address: without < > @ \" \\, a domain or ://, and not like the server's own or a security team's.";

    // Letters of other alphabets, and digits, that look like a Latin one.
    private const string LookAlikes = "аaеeоoрpсcуyхxіiѕsјjԁdһhӏiոnνvοoαaεeιiκkρpτtυuгrтtнhмmвbкkүy0o1ili3e5s$sıi";

    private static readonly Dictionary<char, char> Latin =
        LookAlikes.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    private static readonly string[] Reserved =
        ["security", "noreply", "donotreply", "postmaster", "mailerdaemon", "administrator", "authserver", "אבטחה", "אבטחת"];

    /// <param name="name">The name as given.</param>
    /// <param name="own">The name the server itself sends under.</param>
    public static bool IsMisleading(string name, string own)
    {
        // Full-width and other compatibility forms of @, the full stop and letters become the plain ones.
        var plain = string.Concat(name.Normalize(NormalizationForm.FormKC).EnumerateRunes().Where(IsVisible)).Replace('。', '.');
        var letters = Letters(plain);
        return plain.Contains('@', StringComparison.Ordinal)
            || plain.Contains("://", StringComparison.Ordinal)
            || Domain().IsMatch(plain)
            || letters.Length == 0
            || letters == Letters(own)
            || Array.Exists(Reserved, word => letters.Contains(Letters(word), StringComparison.Ordinal));
    }

    // Case, accents, blanks and punctuation are no difference that people see.
    private static string Letters(string text) => string.Concat(
        text.Normalize(NormalizationForm.FormKD)
            .ToLowerInvariant()
            .Select(letter => Latin.GetValueOrDefault(letter, letter))
            .Where(char.IsLetterOrDigit));

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control);

    [GeneratedRegex(@"[\p{L}\p{N}]\.\p{L}{2,}|\bwww\.", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Domain();
}
