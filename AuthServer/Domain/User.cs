using Microsoft.AspNetCore.Identity;

namespace AuthServer.Domain;

/// <summary>
/// A person who can sign in: Identity's user with what AuthServer adds. <c>Email</c> keeps the spelling the person
/// gave (mail always goes there); <c>NormalizedEmail</c> is our canonical form and the one that must be unique.
/// </summary>
public sealed class User : IdentityUser<Guid>
{
    private User()
    {
    }

    internal User(EmailAddress email, string? userName, string? fullName, string? locale, DateTimeOffset now)
    {
        Id = Guid.CreateVersion7(now);
        Email = email.Address;
        NormalizedEmail = email.Canonical;
        FullName = fullName;
        Locale = locale;
        CreatedAt = now;
        SecurityStamp = NewStamp();
        Rename(userName);
    }

    /// <summary>An account for somebody who has told nothing of themself.</summary>
    internal static User Guest(string? locale, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var placeholder = EmailAddress.PlaceholderFor(id);
        return new()
        {
            Id = id,
            Email = placeholder.Address,
            NormalizedEmail = placeholder.Canonical,
            IsAnonymous = true,
            Locale = locale,
            CreatedAt = now,
            SecurityStamp = NewStamp(),
        };
    }

    /// <summary>
    /// The guest registers: from now on this is what they say of themself. A guest whose mailbox is to be proven first stays one until
    /// then.
    /// </summary>
    internal void Register(EmailAddress email, string passwordHash, string? userName, string? fullName, string? locale)
    {
        (Email, NormalizedEmail, IsAnonymous) = (email.Address, email.Canonical, false);
        (PasswordHash, MustResetPassword, FullName, Locale, SecurityStamp) = (passwordHash, false, fullName, locale ?? Locale, NewStamp());
        ForgetPendingEmail();
        Rename(userName);
    }

    /// <summary>The same for a guest who stays one until the mailbox is proven.</summary>
    internal void AskToRegister(
        EmailAddress email, string passwordHash, string? userName, string? fullName, string? locale, DateTimeOffset now)
    {
        (PendingEmail, PendingEmailAt, PendingUserName) = (email.Address, now, userName);
        (PasswordHash, MustResetPassword, FullName, Locale) = (passwordHash, false, fullName, locale ?? Locale);
    }

    /// <summary>The name shown to other people.</summary>
    public string? FullName { get; internal set; }

    /// <summary>BCP 47 language tag for mails and pages, for example <c>he</c>.</summary>
    public string? Locale { get; internal set; }

    /// <summary>Whether the person may sign in.</summary>
    public UserStatus Status { get; internal set; } = UserStatus.Active;

    /// <summary>Why staff switched the account off; null while it is on.</summary>
    public string? DisabledReason { get; private set; }

    /// <summary>When it comes on again by itself; null where it does not.</summary>
    public DateTimeOffset? DisabledUntil { get; private set; }

    /// <summary>The tenant whose administrator switched it off; null where the platform did, or while it is on.</summary>
    public Guid? DisabledByTenantId { get; private set; }

    /// <summary>
    /// When the person was last asked to set a first password; null once they have, or where they registered by themselves.
    /// </summary>
    public DateTimeOffset? InvitedAt { get; internal set; }

    /// <summary>Whether the account was made for the person, and nobody has set a password yet.</summary>
    internal bool IsInvited => InvitedAt is not null && PasswordHash is null;

    /// <summary>
    /// A guest without address or password: <c>Email</c> is a placeholder that no mail can reach. Registering makes a person of it, with
    /// the same id.
    /// </summary>
    public bool IsAnonymous { get; internal set; }

    /// <summary>When the account will be erased, as the person asked; null where they did not, or came back.</summary>
    public DateTimeOffset? ErasureDueAt { get; internal set; }

    /// <summary>Whether the password is not good for signing in any more, until a mailed link has set a new one.</summary>
    public bool MustResetPassword { get; internal set; }

    /// <summary>The person's id in the system the account was imported from, with that system's name before it: <c>dd_api:17</c>.</summary>
    public string? LegacyId { get; internal set; }

    /// <summary>Counts changes of what tokens say about the person; a token with a lower version is refused.</summary>
    public int TokenVersion { get; internal set; } = 1;

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Address, name and user name in one, for the search; the database keeps it.</summary>
    public string SearchText { get; private set; } = "";

    /// <summary>Name and user name in one, for those who must not find out addresses by searching; the database keeps it.</summary>
    public string NameSearchText { get; private set; } = "";

    /// <summary>When the person last signed in; null until the first time.</summary>
    public DateTimeOffset? LastLoginAt { get; internal set; }

    /// <summary>The address the person wants instead and has not proven yet.</summary>
    public string? PendingEmail { get; private set; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset? PendingEmailAt { get; private set; }

    /// <summary>The user name to be taken when the mailbox is proven, if it is still free then.</summary>
    public string? PendingUserName { get; internal set; }

    internal void AskForEmail(EmailAddress address, DateTimeOffset now) => (PendingEmail, PendingEmailAt) = (address.Address, now);

    internal void ForgetPendingEmail() => (PendingEmail, PendingEmailAt) = (null, null);

    internal void Disable(string reason, DateTimeOffset? until, Guid? tenantId) =>
        (Status, DisabledReason, DisabledUntil, DisabledByTenantId) = (UserStatus.Disabled, reason, until, tenantId);

    internal void Enable() => (Status, DisabledReason, DisabledUntil, DisabledByTenantId) = (UserStatus.Active, null, null, null);

    /// <summary>For <see cref="IdentityUser{TKey}.SecurityStamp"/>: a new one ends every mailed token that was made before.</summary>
    internal static string NewStamp() => Guid.NewGuid().ToString("N");

    internal void Rename(string? userName)
    {
        UserName = userName;
        NormalizedUserName = userName is null ? null : Domain.UserName.Normalize(userName);
    }
}

/// <summary>Whether a person may sign in.</summary>
public enum UserStatus
{
    /// <summary>May sign in.</summary>
    Active,

    /// <summary>Switched off by staff; may not sign in.</summary>
    Disabled,
}
