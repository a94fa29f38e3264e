using AuthServer.Accounts.Identity;

namespace AuthServer.Staff.Users;

/// <summary>A person as staff see them; what is out of their scope is left out.</summary>
public sealed record UserRecord
{
    /// <summary>The <c>sub</c> of the person's tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary>
    /// The address mail goes to; for support always masked, as in <c>d•••@example.com</c>; <c>POST /users/{id}/open</c> shows it. Null for
    /// a guest.
    /// </summary>
    public required string? Email { get; init; }

    /// <summary>The user name, where there is one.</summary>
    public required string? Username { get; init; }

    /// <summary>The name shown to other people.</summary>
    public required string? FullName { get; init; }

    /// <summary>BCP 47 language tag for mails and pages.</summary>
    public required string? Locale { get; init; }

    /// <summary>What the person is everywhere, as it was given: <c>physician</c> also before a licence is verified.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>What the person is at tenants; for staff of a tenant, at theirs.</summary>
    public required IReadOnlyList<MembershipView> Memberships { get; init; }

    /// <summary><c>active</c>, <c>disabled</c>, or <c>invited</c>: asked to set a first password, and not done so yet.</summary>
    public required string Status { get; init; }

    /// <summary>Why it was disabled; for staff of a tenant, only where that tenant did it.</summary>
    public required string? DisabledReason { get; init; }

    /// <summary>When it comes on again by itself; null where it does not, and for staff of a tenant that did not disable it.</summary>
    public required DateTimeOffset? DisabledUntil { get; init; }

    /// <summary>When the person was last invited; null once a password is set.</summary>
    public required DateTimeOffset? InvitedAt { get; init; }

    /// <summary>When the link of that invitation stops working; it can be sent again.</summary>
    public required DateTimeOffset? InvitationExpiresAt { get; init; }

    /// <summary>Whether the mailbox has been proven.</summary>
    public required bool EmailVerified { get; init; }

    /// <summary>Whether this is a guest account, without an address.</summary>
    public required bool IsAnonymous { get; init; }

    /// <summary>When the account will be erased, as the person asked; null where they did not, or came back.</summary>
    public required DateTimeOffset? ErasureDueAt { get; init; }

    /// <summary>When the account was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person last signed in.</summary>
    public required DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>The professional profile, where there is one.</summary>
    public required Guid? PhysicianId { get; init; }
}
