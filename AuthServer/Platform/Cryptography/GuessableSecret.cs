namespace AuthServer.Platform.Cryptography;

/// <summary>
/// Recognises secrets that nobody drew at random: an example that was left standing, a key that a tutorial published, a pattern.
/// Whoever guesses it signs in as anybody.
/// </summary>
internal static class GuessableSecret
{
    private const int FewestDifferent = 8;

    // In lower case, letters and digits only. The last five are keys of much copied tutorials (FastAPI, Spring Boot, ASP.NET Core).
    private static readonly string[] Known =
    [
        "changethis", "changeit", "changeme", "pleasechange", "replacethis", "replaceme", "replacewith", "yoursecret", "yoursupersecret",
        "yourjwtsecret", "your256bitsecret", "yourrandomsecret", "yourkeyhere", "insertyour", "enteryour", "putyour", "supersecret",
        "topsecretkey", "mysecretkey", "mysecretsecret", "thisisasecret", "thisismysecret", "thisismycustomsecret", "notsosecret",
        "notasecret",
        "insecure", "placeholder", "examplesecret", "secretkeyhere", "astringsecretatleast256bitslong", "dontusethisinproduction",
        "donotusethisinproduction",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
        "404d635166546a576e5a7234753778217a25432a462d4a614e645267556b5870",
        "jwtauthenticationhighsecuredpassword", "byym000ollmqg6vvvp1oh7xzyr7ghuw1qvuc5dcgt3snm",
    ];

    public static bool Is(string secret)
    {
        var plain = string.Concat(secret.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));
        return secret.Distinct().Count() < FewestDifferent
            || Repeats(secret.Trim())
            || Known.Any(known => plain.Contains(known, StringComparison.Ordinal));
    }

    public static string Fault(string variable) =>
        $"{variable} can be guessed: it is an example, or a pattern. Make one with `openssl rand -base64 48`.";

    // A text that consists of repetitions is found in its own double before its end.
    private static bool Repeats(string text) =>
        $"{text}{text}".IndexOf(text, startIndex: 1, StringComparison.Ordinal) is > 0 and var period && period <= text.Length / 2;
}
