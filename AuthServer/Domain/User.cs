using Microsoft.AspNetCore.Identity;

namespace AuthServer.Domain;

/// <summary>
/// A person who can sign in: Identity's user and what AuthServer adds. <c>Email</c> keeps the spelling the person gave (mail always
/// goes there); <c>NormalizedEmail</c> is our canonical form, which must be unique.
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

    /// <summary>An account without an address, a name or a password.</summary>
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

    /// <summary>Turns a guest into a registered person at once; see also <see cref="AskToRegister"/>.</summary>
    internal void Register(EmailAddress email, string passwordHash, string? userName, string? fullName, string? locale)
    {
        (Email, NormalizedEmail, IsAnonymous) = (email.Address, email.Canonical, false);
        (PasswordHash, MustResetPassword, FullName, Locale, SecurityStamp) = (passwordHash, false, fullName, locale ?? Locale, NewStamp());
        ForgetPendingEmail();
        Rename(userName);
    }

    /// <summary>Stores a guest's registration until the mailbox is confirmed; the account stays a guest's until then.</summary>
    internal void AskToRegister(
        EmailAddress email, string passwordHash, string? userName, string? fullName, string? locale, DateTimeOffset now)
    {
        (PendingEmail, PendingEmailAt, PendingUserName) = (email.Address, now, userName);
        (PasswordHash, MustResetPassword, FullName, Locale) = (passwordHash, false, fullName, locale ?? Locale);
    }

    /// <summary>The name shown to other people, in normal form: an accent can be typed in two ways, and both are searched for.</summary>
    public string? FullName { get; internal set => field = value?.Normalize(); }

    /// <summary>BCP 47 language tag for mails and pages, for example <c>he</c>.</summary>
    public string? Locale { get; internal set; }

    public UserStatus Status { get; internal set; } = UserStatus.Active;

    /// <summary>Why staff disabled the account; null while it is active.</summary>
    public string? DisabledReason { get; private set; }

    /// <summary>When it is enabled again automatically; null if it is not.</summary>
    public DateTimeOffset? DisabledUntil { get; private set; }

    /// <summary>The tenant whose administrator disabled it; null if the platform did, or while it is active.</summary>
    public Guid? DisabledByTenantId { get; private set; }

    /// <summary>
    /// When the person was last invited to set a first password; null once they have set one, or if they registered by themselves.
    /// </summary>
    public DateTimeOffset? InvitedAt { get; internal set; }

    /// <summary>Whether the account was created for the person and no password has been set yet.</summary>
    internal bool IsInvited => InvitedAt is not null && PasswordHash is null;

    /// <summary>
    /// A guest without address or password: <c>Email</c> is a placeholder that cannot receive mail. Registration keeps the id.
    /// </summary>
    public bool IsAnonymous { get; internal set; }

    /// <summary>When the account will be erased at the person's request; null if there is no request, or it was undone.</summary>
    public DateTimeOffset? ErasureDueAt { get; internal set; }

    /// <summary>Whether the password must be reset with a mailed link before it can be used again.</summary>
    public bool MustResetPassword { get; internal set; }

    /// <summary>
    /// The person's id in the system the account was imported from, prefixed with that system's name: <c>dd_api:17</c>.
    /// </summary>
    public string? LegacyId { get; internal set; }

    /// <summary>Incremented when the claims about the person change; tokens with a lower version are refused.</summary>
    public int TokenVersion { get; internal set; } = 1;

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Address, name and user name combined for searching; computed by the database.</summary>
    public string SearchText { get; private set; } = "";

    /// <summary>Name and user name combined, for those who may not search by address; computed by the database.</summary>
    public string NameSearchText { get; private set; } = "";

    /// <summary>Null before the first sign-in.</summary>
    public DateTimeOffset? LastLoginAt { get; internal set; }

    /// <summary>The requested new address, which is not confirmed yet.</summary>
    public string? PendingEmail { get; private set; }

    public DateTimeOffset? PendingEmailAt { get; private set; }

    /// <summary>
    /// When staff asked for <see cref="PendingEmail"/> on the person's behalf; another time than <see cref="PendingEmailAt"/>, or null,
    /// if the person did.
    /// </summary>
    public DateTimeOffset? PendingEmailVouchedAt { get; private set; }

    /// <summary>Whether staff have made sure who it is that asks for the new address.</summary>
    internal bool IsPendingEmailVouched => PendingEmail is not null && PendingEmailVouchedAt == PendingEmailAt;

    /// <summary>The user name to assign when the mailbox is confirmed, if it is still free then.</summary>
    public string? PendingUserName { get; internal set; }

    internal void AskForEmail(EmailAddress address, DateTimeOffset now) =>
        (PendingEmail, PendingEmailAt, PendingEmailVouchedAt) = (address.Address, now, null);

    internal void VouchForEmail(EmailAddress address, DateTimeOffset now)
    {
        AskForEmail(address, now);
        PendingEmailVouchedAt = now;
    }

    internal void ForgetPendingEmail() => (PendingEmail, PendingEmailAt, PendingEmailVouchedAt) = (null, null, null);

    internal void Disable(string reason, DateTimeOffset? until, Guid? tenantId) =>
        (Status, DisabledReason, DisabledUntil, DisabledByTenantId) = (UserStatus.Disabled, reason, until, tenantId);

    internal void Enable() => (Status, DisabledReason, DisabledUntil, DisabledByTenantId) = (UserStatus.Active, null, null, null);

    /// <summary>
    /// Value for <see cref="IdentityUser{TKey}.SecurityStamp"/>: a new one invalidates all mailed tokens made before.
    /// </summary>
    internal static string NewStamp() => Guid.NewGuid().ToString("N");

    internal void Rename(string? userName)
    {
        UserName = userName;
        NormalizedUserName = userName is null ? null : Domain.UserName.Normalize(userName);
    }
}

public enum UserStatus
{
    Active,

    /// <summary>Disabled by staff; may not sign in.</summary>
    Disabled,
}
