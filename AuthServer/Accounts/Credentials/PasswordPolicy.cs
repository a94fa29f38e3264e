using System.Globalization;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// What a new password must be (NIST SP 800-63B-4 section 3.1.1.2): long enough, and not what an attacker would try
/// first, whether or not they know the account. No rules of composition, no expiry.
/// </summary>
internal sealed class PasswordPolicy(PasswordSettings settings, BreachedPasswords breached) : IPasswordValidator<User>
{
    private const int MaximumLength = 128;

    // UTF-16 units of 128 characters in the longest of their equivalent spellings (four for U+1F82).
    private const int LongestTyped = MaximumLength * 4;

    private const string ProductName = "authserver";

    /// <param name="errors">Gets what is wrong, if anything is.</param>
    /// <param name="field">Under which name.</param>
    /// <param name="password">The wish.</param>
    /// <param name="ownData">What anybody knows of the account: its address, names, clinic.</param>
    /// <param name="cancellationToken">Ends the wait for the breach service.</param>
    public async Task CheckAsync(
        FieldErrors errors, string field, string? password, IReadOnlyList<string?> ownData, CancellationToken cancellationToken)
    {
        if (await FaultAsync(password, ownData, cancellationToken) is { } fault)
        {
            errors.Add(field, fault);
        }
    }

    /// <summary>The same for Identity, of an account that is there.</summary>
    public async Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password) =>
        await FaultAsync(password, OwnData(user), CancellationToken.None) is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = nameof(PasswordPolicy), Description = fault })
            : IdentityResult.Success;

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

    private static string?[] OwnData(User user) => [user.NormalizedEmail, user.UserName ?? user.PendingUserName, user.FullName];

    private async Task<string?> FaultAsync(string? password, IReadOnlyList<string?> ownData, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(password) ? "Required."
        : Fault(password, ownData) is { } fault ? fault
        : await breached.ContainAsync(password, cancellationToken) ? "Seen in a data breach."
        : null;

    private string? Fault(string password, IReadOnlyList<string?> ownData)
    {
        if (!IsText(password))
        {
            return "NUL, and what is no character at all, are not allowed.";
        }

        if (password.Length > LongestTyped || Length(password) is var length && length > MaximumLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"At most {MaximumLength} characters.");
        }

        if (length < settings.MinimumLength)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"At least {settings.MinimumLength} characters. A few words are easier to remember than a few symbols.");
        }

        return IsGuessable(password, ownData) ? "Too easy to guess: it is made of your own address or name, or of the product's name."
            : CommonPasswords.Contain(password) ? "Too common: it is on the lists that attackers try first."
            : null;
    }

    // What Unicode calls a noncharacter has no normal form: normalising it throws.
    private static bool IsText(string password) =>
        password.EnumerateRunes().All(rune => rune.Value is not 0 and (< 0xFDD0 or > 0xFDEF) && (rune.Value & 0xFFFE) != 0xFFFE);

    // The normal form is what is hashed: accents typed apart add no length, and neither does a sign that stands for a phrase.
    private static int Length(string password) =>
        Math.Min(password.EnumerateRunes().Count(), PasswordHashing.Normalize(password).EnumerateRunes().Count());

    private static bool IsGuessable(string password, IReadOnlyList<string?> ownData)
    {
        var plain = Plain(password);
        return ownData.Append(ProductName).Any(known => IsMadeOf(plain, known) || IsMadeOf(plain, known?.Split('@')[0]));
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
