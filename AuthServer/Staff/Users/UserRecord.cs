using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Users;

/// <summary>A person as staff see them; data outside their scope is left out.</summary>
public record UserRecord
{
    /// <summary>The <c>sub</c> of the person's access tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary>
    /// The address mail goes to; always masked for support, as in <c>d•••@example.com</c>; <c>POST /users/{id}/open</c> shows it.
    /// Null for a guest.
    /// </summary>
    public required string? Email { get; init; }

    /// <summary>The user name, if there is one.</summary>
    public required string? Username { get; init; }

    /// <summary>The name shown to other people.</summary>
    public required string? FullName { get; init; }

    /// <summary>BCP 47 language tag for mails and pages.</summary>
    public required string? Locale { get; init; }

    /// <summary>Platform roles as assigned: <c>physician</c> also before a licence is verified.</summary>
    [OneOf(typeof(Role))]
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Roles at tenants; for staff of a tenant, only at theirs.</summary>
    public required IReadOnlyList<MembershipView> Memberships { get; init; }

    /// <summary>
    /// <c>active</c>, <c>disabled</c>, or <c>invited</c>: asked to set a first password, which has not been set yet.
    /// </summary>
    [OneOf(typeof(UserStatus))]
    public required string Status { get; init; }

    /// <summary>Why it was disabled; for staff of a tenant, only if that tenant disabled it.</summary>
    public required string? DisabledReason { get; init; }

    /// <summary>
    /// When it is enabled again automatically; null if it is not, and for staff of a tenant that did not disable it.
    /// </summary>
    public required DateTimeOffset? DisabledUntil { get; init; }

    /// <summary>When the person was last invited; null once a password is set.</summary>
    public required DateTimeOffset? InvitedAt { get; init; }

    /// <summary>When the link of that invitation expires; it can be sent again.</summary>
    public required DateTimeOffset? InvitationExpiresAt { get; init; }

    /// <summary>Whether the mailbox is confirmed.</summary>
    public required bool EmailVerified { get; init; }

    /// <summary>Whether this is a guest account, without an address.</summary>
    public required bool IsAnonymous { get; init; }

    /// <summary>When the account will be erased at the person's request; null if there is no request, or it was undone.</summary>
    public required DateTimeOffset? ErasureDueAt { get; init; }

    /// <summary>When the account was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person last signed in.</summary>
    public required DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>The professional profile, if there is one.</summary>
    public required Guid? PhysicianId { get; init; }

    /// <summary>The id in the system the account was imported from, after that system's name: <c>dd_api:17</c>.</summary>
    public required string? LegacyId { get; init; }
}

/// <summary>A person whose account was just enabled.</summary>
public sealed record EnabledUser : UserRecord
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal EnabledUser(UserRecord record, int apiKeysEnded) : base(record) => ApiKeysEnded = apiKeysEnded;

    /// <summary>How many API keys of the person were ended by it; <c>restore_api_keys</c> keeps them.</summary>
    [System.Text.Json.Serialization.JsonPropertyOrder(1)]
    public int ApiKeysEnded { get; }
}
