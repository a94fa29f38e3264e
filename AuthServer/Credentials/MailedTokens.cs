using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using Microsoft.AspNetCore.DataProtection;

namespace AuthServer.Credentials;

/// <summary>What a mailed token is good for; one is never taken for another.</summary>
internal enum MailedTokenUse
{
    /// <summary>Set a new password.</summary>
    ResetPassword,

    /// <summary>Prove the account's mailbox.</summary>
    VerifyEmail,

    /// <summary>Prove the mailbox an account is to have.</summary>
    ConfirmNewEmail,

    /// <summary>Set the first password.</summary>
    Invitation,
}

/// <summary>A token that was genuine and in time; whether it still holds is for <see cref="IsStillGoodFor"/>.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Stamp">The account's security stamp when it was made.</param>
/// <param name="Detail">What else it is bound to.</param>
internal sealed record MailedToken(Guid UserId, string Stamp, string Detail)
{
    /// <summary>Whether nothing has happened to the account since that ends its mailed tokens.</summary>
    public bool IsStillGoodFor(User user) =>
        user.Id == UserId && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(user.SecurityStamp ?? ""), Encoding.UTF8.GetBytes(Stamp));
}

/// <summary>
/// The tokens in mailed links, as Identity makes them: encrypted by Data Protection, bound to the account, a use, a time and
/// the account's security stamp. The stamp changes whenever a token is used and whenever the password or the address
/// changes, so each works once and none outlives what it was made for. Unlike Identity's own provider, these go by the
/// server's clock and name the account, so that a link needs nothing beside its token.
/// </summary>
internal sealed class MailedTokens(IDataProtectionProvider protection, MailedTokenSettings settings, TimeProvider clock)
{
    private const int IdBytes = 16;
    private const int TimeBytes = 8;
    private const int MaxLength = 2048;

    public string Make(User user, MailedTokenUse use, string detail = "")
    {
        var text = Encoding.UTF8.GetBytes($"{user.SecurityStamp}\n{detail}");
        var plain = new byte[IdBytes + TimeBytes + text.Length];
        user.Id.TryWriteBytes(plain);
        BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(IdBytes), clock.GetUtcNow().UtcTicks);
        text.CopyTo(plain, IdBytes + TimeBytes);
        return Base64Url.EncodeToString(Protector(use).Protect(plain));
    }

    /// <summary>The token, or null where it is none of ours, for something else, or too old.</summary>
    public MailedToken? Read(string? token, MailedTokenUse use)
    {
        if (token is not { Length: > 0 and <= MaxLength } || !Base64Url.IsValid(token))
        {
            return null;
        }

        // One token has one spelling: no padding, no white space, no stray bits in the last character.
        var sealedBytes = Base64Url.DecodeFromChars(token);
        if (Base64Url.EncodeToString(sealedBytes) != token)
        {
            return null;
        }

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
        return clock.GetUtcNow() - madeAt < settings.LifetimeOf(use) && Encoding.UTF8.GetString(plain.AsSpan(IdBytes + TimeBytes)).Split('\n') is [var stamp, var detail]
            ? new(new Guid(plain.AsSpan(0, IdBytes)), stamp, detail)
            : null;
    }

    private IDataProtector Protector(MailedTokenUse use) => protection.CreateProtector("AuthServer.MailedTokens", use.ToString());
}
