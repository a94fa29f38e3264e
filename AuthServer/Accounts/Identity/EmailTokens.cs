using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

/// <summary>A token that is genuine and not expired; see <see cref="IsStillGoodFor"/> for whether it can still be used.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Stamp">The account's security stamp when the token was made.</param>
/// <param name="NewEmail">The new address it confirms; empty for the account's own.</param>
internal sealed record EmailToken(Guid UserId, string Stamp, string NewEmail)
{
    /// <summary>Whether the account has not changed since in a way that invalidates mailed tokens.</summary>
    public bool IsStillGoodFor(User user) =>
        user.Id == UserId
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(user.SecurityStamp ?? ""), Encoding.UTF8.GetBytes(Stamp));
}

/// <summary>
/// The tokens in mailed links: encrypted by Data Protection, bound to the account, a purpose, a time and the account's security
/// stamp. The stamp changes whenever a token is used and whenever the password or the address changes, so each token works once and
/// none remains valid after such a change. Unlike those of Identity's own provider, they use the server's clock and name the
/// account, so that a link needs nothing but its token.
/// </summary>
internal sealed class EmailTokens(IDataProtectionProvider protection, EmailTokenSettings settings, TimeProvider clock)
{
    /// <summary>Sets a new password.</summary>
    public const string ResetPassword = UserManager<User>.ResetPasswordTokenPurpose;

    /// <summary>Confirms the account's mailbox.</summary>
    public const string ConfirmEmail = UserManager<User>.ConfirmEmailTokenPurpose;

    /// <summary>Sets the first password; our own purpose, which Identity does not have.</summary>
    public const string Invitation = "Invitation";

    /// <summary>Confirms a new mailbox: Identity puts this and a colon before the address.</summary>
    public const string ChangeEmail = "ChangeEmail";

    private const int IdBytes = 16;
    private const int TimeBytes = 8;
    private const int MaxLength = 2048;

    public string Make(string purpose, User user)
    {
        var (use, newEmail) = Split(purpose);
        var text = Encoding.UTF8.GetBytes($"{user.SecurityStamp}\n{newEmail}");
        var plain = new byte[IdBytes + TimeBytes + text.Length];
        user.Id.TryWriteBytes(plain);
        BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(IdBytes), clock.GetUtcNow().UtcTicks);
        text.CopyTo(plain, IdBytes + TimeBytes);
        return Base64Url.EncodeToString(Protector(use).Protect(plain));
    }

    /// <summary>Null if the token is not ours, for another purpose, or expired.</summary>
    public EmailToken? Read(string purpose, string? token) => Open(purpose, token, LifetimeOf(Split(purpose).Use));

    /// <summary>The same, however old the token is: proves only that it was mailed.</summary>
    public EmailToken? ReadAtAnyAge(string purpose, string? token) => Open(purpose, token, TimeSpan.MaxValue);

    private EmailToken? Open(string purpose, string? token, TimeSpan lifetime)
    {
        if (token is not { Length: > 0 and <= MaxLength } || !Base64Url.IsValid(token))
        {
            return null;
        }

        // Each token has one spelling: no padding, no white space, no unused bits set in the last character.
        var sealedBytes = Base64Url.DecodeFromChars(token);
        if (Base64Url.EncodeToString(sealedBytes) != token)
        {
            return null;
        }

        var (use, _) = Split(purpose);
        byte[] plain;
        try
        {
            plain = Protector(use).Unprotect(sealedBytes);
        }
        catch (CryptographicException)
        {
            return null;
        }

        var madeAt = new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(IdBytes)), TimeSpan.Zero);
        return clock.GetUtcNow() - madeAt < lifetime
            && Encoding.UTF8.GetString(plain.AsSpan(IdBytes + TimeBytes)).Split('\n') is [var stamp, var newEmail]
            ? new(new Guid(plain.AsSpan(0, IdBytes)), stamp, newEmail)
            : null;
    }

    /// <summary>
    /// Whether the token is valid for this purpose, which may include a new address, and for this account in its current state.
    /// </summary>
    public bool IsGood(string purpose, string token, User user) =>
        Read(purpose, token) is { } read && read.NewEmail == Split(purpose).NewEmail && read.IsStillGoodFor(user);

    private static (string Use, string NewEmail) Split(string purpose) =>
        purpose.Split(':', 2) is [ChangeEmail, var newEmail] ? (ChangeEmail, newEmail) : (purpose, "");

    private TimeSpan LifetimeOf(string use) => use switch
    {
        ResetPassword => settings.ResetLifetime,
        Invitation => settings.InvitationLifetime,
        _ => settings.VerificationLifetime,
    };

    // Part of every link that was ever mailed: changing one of these names invalidates them.
    private IDataProtector Protector(string use) => protection.CreateProtector("AuthServer.MailedTokens", use switch
    {
        ResetPassword => "ResetPassword",
        ConfirmEmail => "VerifyEmail",
        ChangeEmail => "ConfirmNewEmail",
        Invitation => "Invitation",
        _ => throw new ArgumentOutOfRangeException(nameof(use), use, "No mail contains such a token."),
    });
}
