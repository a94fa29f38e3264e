using System.Globalization;
using AuthServer.Http;

namespace AuthServer.Credentials;

/// <summary>
/// What a new password must be (NIST SP 800-63B-4 section 3.1.1.2): long enough, and not what an attacker who knows
/// the account would try first. No rules of composition, no expiry.
/// </summary>
internal sealed class PasswordPolicy(PasswordSettings settings)
{
    private const int MaximumLength = 128;

    // UTF-16 units of 128 characters in the longest of their equivalent spellings (four for U+1F82).
    private const int LongestTyped = MaximumLength * 4;

    private const string ProductName = "authserver";

    public void Check(FieldErrors errors, string field, string? password, params ReadOnlySpan<string?> ownData)
    {
        if (string.IsNullOrEmpty(password))
        {
            errors.Add(field, "Required.");
            return;
        }

        if (!IsText(password))
        {
            errors.Add(field, "NUL, and what is no character at all, are not allowed.");
        }
        else if (password.Length > LongestTyped || Length(password) is var length && length > MaximumLength)
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"At most {MaximumLength} characters."));
        }
        else if (length < settings.MinimumLength)
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"At least {settings.MinimumLength} characters. A few words are easier to remember than a few symbols."));
        }
        else if (IsGuessable(password, ownData))
        {
            errors.Add(field, "Too easy to guess: it is made of your own address or name, or of the product's name.");
        }
    }

    /// <summary>What can be no password of anybody's, to be refused before anything is hashed.</summary>
    public static void CheckTyped(FieldErrors errors, string field, string? password)
    {
        if (string.IsNullOrEmpty(password))
        {
            errors.Add(field, "Required.");
        }
        else if (password.Length > LongestTyped || !IsText(password))
        {
            errors.Add(field, "No password is like this.");
        }
    }

    // What Unicode calls a noncharacter has no normal form: normalising it throws.
    private static bool IsText(string password) =>
        password.EnumerateRunes().All(rune => rune.Value is not 0 and (< 0xFDD0 or > 0xFDEF) && (rune.Value & 0xFFFE) != 0xFFFE);

    // The normal form is what is hashed: accents typed apart add no length, and neither does a sign that stands for a phrase.
    private static int Length(string password) =>
        Math.Min(password.EnumerateRunes().Count(), PasswordHashing.Normalize(password).EnumerateRunes().Count());

    private static bool IsGuessable(string password, ReadOnlySpan<string?> ownData)
    {
        var plain = Plain(password);
        foreach (var known in ownData)
        {
            if (IsMadeOf(plain, known) || IsMadeOf(plain, known?.Split('@')[0]))
            {
                return true;
            }
        }

        return IsMadeOf(plain, ProductName);
    }

    // The word itself, backwards, or repeated, with a few characters around it.
    private static bool IsMadeOf(string plain, string? word)
    {
        var known = Plain(word ?? "");
        if (known.Length < 4)
        {
            return false;
        }

        var rest = plain.Replace(known, "", StringComparison.Ordinal).Replace(string.Concat(known.Reverse()), "", StringComparison.Ordinal);
        return rest.Length < plain.Length && rest.Length <= 4;
    }

    private static string Plain(string text) => PasswordHashing.Normalize(text).ToLowerInvariant();
}
