using AuthServer.Domain;

namespace AuthServer.Accounts.Identity;

/// <summary>An account to be created.</summary>
internal sealed record NewUser(EmailAddress Email)
{
    public string? UserName { get; init; }

    public string? FullName { get; init; }

    public string? Locale { get; init; }

    /// <summary>
    /// From <see cref="Accounts.Credentials.PasswordHashing"/> or another system; null if the first password is set with a link.
    /// </summary>
    public string? PasswordHash { get; init; }

    /// <summary>Whether the mailbox counts as confirmed because somebody else vouches for it.</summary>
    public bool IsEmailConfirmed { get; init; }

    /// <summary>A user name that is assigned when the mailbox is confirmed, if it is still free then.</summary>
    public string? PendingUserName { get; init; }

    public DateTimeOffset? InvitedAt { get; init; }

    public string? LegacyId { get; init; }

    public User Make(DateTimeOffset now) => new(Email, UserName, FullName, Locale, now)
    {
        PasswordHash = PasswordHash,
        EmailConfirmed = IsEmailConfirmed,
        PendingUserName = PendingUserName,
        InvitedAt = InvitedAt,
        LegacyId = LegacyId,
    };
}
