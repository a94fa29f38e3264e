using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Identity;

/// <summary>A person as they see themselves.</summary>
public sealed record UserView
{
    /// <summary>The <c>sub</c> of their access tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary>The address mail goes to.</summary>
    public required string? Email { get; init; }

    /// <summary>The user name, if there is one.</summary>
    public required string? Username { get; init; }

    /// <summary>The name shown to other people.</summary>
    public required string? FullName { get; init; }

    /// <summary>BCP 47 language tag for mails and pages.</summary>
    public required string? Locale { get; init; }

    /// <summary>Platform roles; <c>physician</c> only with a verified licence.</summary>
    [OneOf(typeof(Role))]
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The active tenant: the one the tokens are for.</summary>
    public required TenantView? Tenant { get; init; }

    /// <summary>The person's roles at tenants.</summary>
    public required IReadOnlyList<MembershipView> Memberships { get; init; }

    /// <summary>The professional profile, if there is one.</summary>
    public required PhysicianView? Physician { get; init; }

    /// <summary>Whether the mailbox is confirmed.</summary>
    public required bool EmailVerified { get; init; }

    /// <summary>Whether a second factor is required.</summary>
    public required bool MfaEnabled { get; init; }

    /// <summary>Whether this is a guest account, without an address.</summary>
    public required bool IsAnonymous { get; init; }

    /// <summary>The id in the system the account was imported from, after that system's name: <c>dd_api:17</c>.</summary>
    public required string? LegacyId { get; init; }

    /// <summary>When the account was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person last signed in.</summary>
    public required DateTimeOffset? LastLoginAt { get; init; }
}

/// <summary>A tenant, in short.</summary>
/// <param name="Id">The <c>tenant</c> claim of access tokens.</param>
/// <param name="Slug">Its name in requests.</param>
/// <param name="Name">The display name.</param>
public sealed record TenantView(Guid Id, string Slug, string Name);

/// <summary>A person's role at a tenant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Role">The role there.</param>
public sealed record MembershipView(TenantView Tenant, [property: OneOf(typeof(Role))] string Role);

/// <summary>The professional profile of a person.</summary>
public sealed record PhysicianView
{
    /// <summary>The <c>physician</c> claim of access tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>verified</c> with a verified licence that has not expired, otherwise <c>pending</c>.</summary>
    public required string Status { get; init; }

    /// <summary>BCP 47 tag of the language the physician prefers.</summary>
    public required string? LanguagePreference { get; init; }

    /// <summary>Field of medicine.</summary>
    public required string? Specialty { get; init; }

    /// <summary>The private pool in which they see only patients who were assigned manually; null for none.</summary>
    public required string? PrivatePool { get; init; }

    /// <summary>Away.</summary>
    public required bool VacationMode { get; init; }

    /// <summary>The last day of absence.</summary>
    public required DateOnly? VacationUntil { get; init; }

    /// <summary>Takes new patients.</summary>
    public required bool AcceptingPatients { get; init; }

    /// <summary>The licences.</summary>
    public required IReadOnlyList<LicenceView> Licences { get; init; }
}

/// <summary>A licence to practise.</summary>
/// <param name="Id">The licence's id.</param>
/// <param name="Jurisdiction">Who issued it: an ISO 3166 code; null until known.</param>
/// <param name="Number">The number on the licence.</param>
/// <param name="State"><c>unverified</c>, <c>pending</c>, <c>verified</c>, <c>suspended</c> or <c>expired</c>.</param>
/// <param name="ExpiresOn">The last day of validity.</param>
public sealed record LicenceView(Guid Id, string? Jurisdiction, string Number, string State, DateOnly? ExpiresOn);
