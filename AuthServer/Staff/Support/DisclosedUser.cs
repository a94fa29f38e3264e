using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Support;

/// <summary>A person as staff see them after stating a reason.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Email">The full address; null for a guest.</param>
/// <param name="Username">The name to sign in with besides the address.</param>
/// <param name="FullName">The name shown to other people.</param>
/// <param name="Locale">Language of mails and pages.</param>
/// <param name="Status"><c>active</c> or <c>disabled</c>.</param>
/// <param name="EmailVerified">Whether the mailbox is confirmed.</param>
/// <param name="CreatedAt">When the account was created.</param>
/// <param name="LastLoginAt">When the person last signed in.</param>
/// <param name="IsLocked">Whether wrong passwords have locked the address or the user name, even if only for one network.</param>
/// <param name="LockedUntil">Until when it is locked.</param>
public sealed record DisclosedUser(
    Guid Id, string? Email, string? Username, string? FullName, string? Locale,
    [property: OneOf(typeof(UserStatus))] string Status, bool EmailVerified,
    DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt, bool IsLocked, DateTimeOffset? LockedUntil)
{
    internal static DisclosedUser Of(User user, DateTimeOffset? lockedUntil) => new(
        user.Id, user.IsAnonymous
            ? null
            : user.Email, user.UserName, user.FullName, user.Locale, SnakeCase.Of(user.Status), user.EmailConfirmed,
        user.CreatedAt, user.LastLoginAt, lockedUntil is not null, lockedUntil);
}
