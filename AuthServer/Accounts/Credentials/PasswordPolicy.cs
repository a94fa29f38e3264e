using System.Globalization;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// The rules for new passwords (NIST SP 800-63B-4 section 3.1.1.2): long enough, and not among the first guesses of an attacker,
/// whether or not they know the account. No composition rules, no expiry.
/// </summary>
internal sealed class PasswordPolicy(PasswordSettings settings, BreachedPasswords breached) : IPasswordValidator<User>
{
    private const int MaximumLength = 128;

    // UTF-16 units of 128 characters in their longest equivalent spelling (four units for U+1F82).
    private const int LongestTyped = MaximumLength * 4;

    private const string ProductName = "authserver";

    /// <param name="errors">Receives the errors.</param>
    /// <param name="field">The field to report errors for.</param>
    /// <param name="password">The password to check.</param>
    /// <param name="ownData">Public data of the account: its address, names, clinic.</param>
    /// <param name="cancellationToken">Cancels the call to the breach service.</param>
    public async Task CheckAsync(
        FieldErrors errors, string field, string? password, IReadOnlyList<string?> ownData, CancellationToken cancellationToken)
    {
        if (await FaultAsync(password, ownData, cancellationToken) is { } fault)
        {
            errors.Add(field, fault);
        }
    }

    /// <summary>The same for Identity, for an existing account.</summary>
    public async Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password) =>
        await FaultAsync(password, OwnData(user), CancellationToken.None) is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = nameof(PasswordPolicy), Description = fault })
            : IdentityResult.Success;

    /// <summary>
    /// What can be told without asking the breach service, for an existing account: before the current password is verified, which costs a
    /// hash. Null if the password may be good.
    /// </summary>
    public string? FindFault(User user, string password) => password.Length == 0 ? "Required." : Fault(password, OwnData(user));

    /// <summary>
    /// What can be told of a new password together with the other fields of a request, without the account or the breach service.
    /// </summary>
    public static void CheckNew(FieldErrors errors, string field, Secret? password, params IReadOnlyList<string?> ownData)
    {
        errors.Required(field, password);
        if (password?.Reveal() is { Length: > 0 } typed
            && errors.Services?.GetRequiredService<PasswordPolicy>().Fault(typed, ownData) is { } fault)
        {
            errors.Add(field, fault);
        }
    }

    /// <summary>Refuses texts that cannot be anybody's password, before anything is hashed.</summary>
    public static void CheckTyped(FieldErrors errors, string field, string? password)
    {
        errors.Rule(field, new() { MinLength = 1, MaxLength = LongestTyped });
        if (string.IsNullOrEmpty(password))
        {
            errors.Add(field, "Required.");
        }
        else if (password.Length > LongestTyped || !IsText(password))
        {
            errors.Add(field, "This cannot be a password.");
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
            return "NUL and invalid characters are not allowed.";
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
            : Sequences.Make(password) ? "Too easy to guess: it is little more than a run or a sequence, such as aaaa, abcd or 1234."
            : CommonPasswords.Contain(password) ? "Too common: it is on the lists that attackers try first."
            : null;
    }

    // Unicode noncharacters have no normal form: normalising them throws.
    private static bool IsText(string password) =>
        password.EnumerateRunes().All(rune => rune.Value is not 0 and (< 0xFDD0 or > 0xFDEF) && (rune.Value & 0xFFFE) != 0xFFFE);

    // Hashing uses the normal form: decomposed accents add no length, and neither do characters that expand to a phrase.
    private static int Length(string password) =>
        Math.Min(password.EnumerateRunes().Count(), PasswordHashing.Normalize(password).EnumerateRunes().Count());

    private static bool IsGuessable(string password, IReadOnlyList<string?> ownData)
    {
        var plain = Plain(password);
        return ownData.Append(ProductName).Any(known => IsMadeOf(plain, known) || IsMadeOf(plain, known?.Split('@')[0]));
    }

    // The word itself, reversed, or repeated, with a few characters around it.
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
