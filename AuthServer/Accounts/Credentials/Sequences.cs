using System.Text;

namespace AuthServer.Accounts.Credentials;

/// <summary>Passwords that attackers generate instead of listing them: runs of one character, and alphabets in order.</summary>
internal static class Sequences
{
    // The same as around common passwords.
    private const int MostAround = 4;

    /// <summary>Whether it has one or two different ASCII characters, or a few around a single sequence.</summary>
    public static bool Make(string password)
    {
        var signs = PasswordHashing.Normalize(password).ToLowerInvariant().EnumerateRunes().ToArray();
        return signs.Length - Longest(signs) <= MostAround || signs.All(IsOnEveryKeyboard) && signs.Distinct().Count() <= 2;
    }

    // Each character the same as the one before, or all of them the next, or all of them the previous one.
    private static int Longest(Rune[] signs)
    {
        var (longest, length, direction) = (0, 0, 0);
        for (var index = 1; index < signs.Length; index++)
        {
            var step = IsOrdered(signs[index]) ? signs[index].Value - signs[index - 1].Value : int.MaxValue;
            length = step is < -1 or > 1 ? 1 : step == direction ? Math.Max(length, 1) + 1 : 2;
            (longest, direction) = (Math.Max(longest, length), step);
        }

        return longest;
    }

    // Symbols of other scripts have no order that anybody knows.
    private static bool IsOrdered(Rune sign) => Rune.IsLetterOrDigit(sign) || IsOnEveryKeyboard(sign);

    private static bool IsOnEveryKeyboard(Rune sign) => sign.IsAscii && sign.Value > ' ';
}
