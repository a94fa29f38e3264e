namespace AuthServer.Accounts.Identity;

/// <summary>A person as they see themselves.</summary>
public sealed record UserView
{
    /// <summary>The <c>sub</c> of their tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary>The address mail goes to.</summary>
    public required string? Email { get; init; }

    /// <summary>The user name, where there is one.</summary>
    public required string? Username { get; init; }

    /// <summary>The name shown to other people.</summary>
    public required string? FullName { get; init; }

    /// <summary>BCP 47 language tag for mails and pages.</summary>
    public required string? Locale { get; init; }

    /// <summary>What the person is everywhere; <c>physician</c> only with a verified licence.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The active tenant: the one the tokens are for.</summary>
    public required TenantView? Tenant { get; init; }

    /// <summary>What the person is at each tenant.</summary>
    public required IReadOnlyList<MembershipView> Memberships { get; init; }

    /// <summary>The professional profile, where there is one.</summary>
    public required PhysicianView? Physician { get; init; }

    /// <summary>Whether the mailbox has been proven.</summary>
    public required bool EmailVerified { get; init; }

    /// <summary>Whether a second factor is asked for.</summary>
    public required bool MfaEnabled { get; init; }

    /// <summary>Whether this is a guest account, without an address.</summary>
    public required bool IsAnonymous { get; init; }

    /// <summary>When the account was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person last signed in.</summary>
    public required DateTimeOffset? LastLoginAt { get; init; }
}

/// <summary>A tenant, in short.</summary>
/// <param name="Id">The <c>tenant</c> of tokens.</param>
/// <param name="Slug">Its name in requests.</param>
/// <param name="Name">Its name for people.</param>
public sealed record TenantView(Guid Id, string Slug, string Name);

/// <summary>What a person is at one tenant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Role">The role there.</param>
public sealed record MembershipView(TenantView Tenant, string Role);

/// <summary>The professional side of a person.</summary>
public sealed record PhysicianView
{
    /// <summary>The <c>physician</c> of tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>verified</c> with a verified licence that has not expired, otherwise <c>pending</c>.</summary>
    public required string Status { get; init; }

    /// <summary>BCP 47 tag of the language the physician prefers.</summary>
    public required string? LanguagePreference { get; init; }

    /// <summary>Field of medicine.</summary>
    public required string? Specialty { get; init; }

    /// <summary>Sees only patients assigned by hand.</summary>
    public required bool PrivatePool { get; init; }

    /// <summary>Away.</summary>
    public required bool VacationMode { get; init; }

    /// <summary>The last day away.</summary>
    public required DateOnly? VacationUntil { get; init; }

    /// <summary>Takes new patients.</summary>
    public required bool AcceptingPatients { get; init; }

    /// <summary>The licences.</summary>
    public required IReadOnlyList<LicenceView> Licences { get; init; }
}

/// <summary>A licence to practise.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Jurisdiction">Who gave it: an ISO 3166 code, where it is known.</param>
/// <param name="Number">The number on it.</param>
/// <param name="State"><c>unverified</c>, <c>pending</c>, <c>verified</c>, <c>suspended</c> or <c>expired</c>.</param>
/// <param name="ExpiresOn">The last day it is good for.</param>
public sealed record LicenceView(Guid Id, string? Jurisdiction, string Number, string State, DateOnly? ExpiresOn);
