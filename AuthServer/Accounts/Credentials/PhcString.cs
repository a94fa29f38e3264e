using System.Globalization;
using System.Text.RegularExpressions;

namespace AuthServer.Accounts.Credentials;

/// <summary>The parameters of an Argon2id hash in PHC string format (<c>m</c>, <c>t</c>, <c>p</c>); lengths are in bytes.</summary>
internal sealed partial record PhcString(int MemoryKiB, int Passes, int Lanes, int SaltLength, int HashLength)
{
    // libsodium's minimum: below it, every password is reported as wrong.
    private const int ShortestSalt = 8;
    private const int ShortestHash = 16;
    private const int LongestPart = 64;
    private const int LeastMemoryOfALane = 8;

    // With the highest memory that is allowed by default, a verification with this many passes takes a second.
    private const int MostPasses = 20;
    private const int MostLanes = 64;

    public int MemoryMiB => (MemoryKiB + 1023) / 1024;

    /// <summary>Null for a text that no known system would have written.</summary>
    public static PhcString? Parse(string text)
    {
        if (Argon2idText().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var (memory, passes, lanes) = (Number(match, "m"), Number(match, "t"), Number(match, "p"));
        var (salt, hash) = (LengthOf(match.Groups["salt"].Value), LengthOf(match.Groups["hash"].Value));
        return memory >= LeastMemoryOfALane * lanes
            && salt is >= ShortestSalt and <= LongestPart
            && hash is >= ShortestHash and <= LongestPart
            ? new(memory, passes, lanes, salt, hash)
            : null;
    }

    /// <summary>Why it is neither imported nor verified, or null.</summary>
    public string? Fault(PasswordSettings settings) => this switch
    {
        _ when MemoryMiB > settings.MaxArgon2MemoryMiB => string.Create(
            CultureInfo.InvariantCulture,
            $"Argon2id of {MemoryKiB} KiB: Password:MaxImportedArgon2MemoryMiB allows {settings.MaxArgon2MemoryMiB} MiB."),
        { Passes: > MostPasses } => string.Create(CultureInfo.InvariantCulture, $"Argon2id of {Passes} passes: at most {MostPasses}."),
        { Lanes: > MostLanes } => string.Create(CultureInfo.InvariantCulture, $"Argon2id of {Lanes} lanes: at most {MostLanes}."),
        _ => null,
    };

    [GeneratedRegex(
        @"^\$argon2id\$v=19\$m=(?<m>[1-9][0-9]{0,8}),t=(?<t>[1-9][0-9]{0,8}),p=(?<p>[1-9][0-9]{0,5})"
            + @"\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Argon2idText();

    private static int Number(Match match, string name) => int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);

    // 0 if the text is not base64 without padding. Unused bits must be 0, because libsodium accepts nothing else.
    private static int LengthOf(string text)
    {
        if (text.Length % 4 == 1)
        {
            return 0;
        }

        var bytes = Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
        return Convert.ToBase64String(bytes).AsSpan().TrimEnd('=').SequenceEqual(text) ? bytes.Length : 0;
    }
}
