using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Users;

/// <summary>Disables an account.</summary>
/// <param name="Reason">Why: for other staff to read. At most 500 characters.</param>
/// <param name="Until">When it is enabled again automatically; left out, it stays disabled.</param>
public sealed record DisableRequest(string? Reason = null, DateTimeOffset? Until = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors) => errors.Text("reason", Reason, maxLength: 500, required: true);
}

/// <summary>Enables an account again.</summary>
/// <param name="RestoreApiKeys">
/// Whether the API keys of the person work again; left out, they end, because whoever broke into the account may have made some.
/// </param>
public sealed record EnableRequest(bool? RestoreApiKeys = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        // Any answer to yes or no is one.
    }
}

/// <summary>Corrects somebody's address.</summary>
/// <param name="Email">The right one, which a link is mailed to.</param>
/// <param name="Reason">Why, and how you made sure who asks: 3 to 500 characters, recorded in the audit log.</param>
public sealed record EmailCorrectionRequest(string? Email = null, string? Reason = null) : IValidated
{
    internal const string Example = """{"email":"dana@example.org","reason":"Mistyped; showed her identity card at the desk."}""";

    private const int ShortestReason = 3;

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Email("email", Email);
        errors.Text("reason", Reason, maxLength: 500, required: true);
        if (Reason?.Trim() is { Length: > 0 and < ShortestReason })
        {
            errors.Add("reason", $"At least {ShortestReason} characters.");
        }
    }
}

/// <summary>Sets somebody's roles.</summary>
/// <param name="Roles"><c>patient</c>, <c>physician</c>, <c>admin</c>, <c>support</c>; with a tenant, none ends the membership.</param>
/// <param name="Tenant">Slug of the tenant the roles are for; left out, they are for the whole platform.</param>
public sealed record RolesRequest(IReadOnlyList<string?>? Roles = null, string? Tenant = null) : IValidated
{
    /// <summary><c>patient</c>, <c>physician</c>, <c>admin</c>, <c>support</c>; with a tenant, none ends the membership.</summary>
    public IReadOnlyList<string?>? Roles { get; init; } = Roles?.Select(Role.Spelled).ToList();

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("tenant", Tenant, maxLength: 63);
        if (Roles is null)
        {
            errors.Add("roles", "Required.");
        }

        errors.Roles("roles", Roles);
    }
}

/// <summary>Creates an account for somebody, who sets the password with the link in a mail.</summary>
/// <param name="Email">The recipient of the invitation, and what the person signs in with.</param>
/// <param name="FullName">The name shown to other people.</param>
/// <param name="Username">A user name to sign in with as well.</param>
/// <param name="Locale">Language of mails and pages: a BCP 47 tag such as <c>he</c>.</param>
/// <param name="Roles">Roles at the tenant or, without one, on the whole platform; <c>patient</c> if left out.</param>
/// <param name="Tenant">Slug of the tenant to join; staff of a tenant invite to their own.</param>
/// <param name="Physician">With role <c>physician</c>: the professional profile.</param>
public sealed record InviteRequest(
    string? Email = null,
    string? FullName = null,
    string? Username = null,
    string? Locale = null,
    IReadOnlyList<string?>? Roles = null,
    string? Tenant = null,
    InvitedPhysician? Physician = null) : IValidated
{
    /// <summary>Language of mails and pages: a BCP 47 tag such as <c>he</c>.</summary>
    public string? Locale { get; init; } = LanguageTag.Of(Locale);

    /// <summary>Roles at the tenant or, without one, on the whole platform; <c>patient</c> if left out.</summary>
    public IReadOnlyList<string?>? Roles { get; init; } = Roles?.Select(Role.Spelled).ToList();

    internal IReadOnlyList<string> RolesOrDefault =>
        Roles is null ? [Role.Patient] : [.. Roles.OfType<string>().Distinct(StringComparer.Ordinal)];

    internal bool GivesPower => RolesOrDefault.Any(role => role != Role.Patient);

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Email("email", Email);
        errors.Text("full_name", FullName, maxLength: 200);
        errors.UserName("username", Username);
        errors.LanguageTag("locale", Locale);
        errors.Text("tenant", Tenant, maxLength: 63);
        errors.Roles("roles", Roles);
        if (Roles is { Count: 0 })
        {
            errors.Add("roles", "At least one.");
        }

        if (Physician is not null && Roles?.Contains(Role.Physician, StringComparer.Ordinal) != true)
        {
            errors.Add("physician", "Only with role physician.");
        }

        Physician?.Validate(errors);
    }
}

/// <summary>The professional profile of somebody who is invited as a physician.</summary>
/// <param name="LanguagePreference">BCP 47 tag of the language to treat in.</param>
/// <param name="LicenseNumber">The number on the licence, which has to be verified separately.</param>
/// <param name="LicenseJurisdiction">Who issued it: an ISO 3166 code such as <c>IL</c> or <c>US-NY</c>.</param>
/// <param name="Specialty">Field of medicine.</param>
public sealed record InvitedPhysician(
    string? LanguagePreference = null, string? LicenseNumber = null, string? LicenseJurisdiction = null, string? Specialty = null)
{
    internal void Validate(FieldErrors errors)
    {
        errors.LanguageTag("physician.language_preference", LanguagePreference);
        errors.Text("physician.license_number", LicenseNumber, maxLength: 64);
        errors.Text("physician.specialty", Specialty, maxLength: 100);
        errors.Jurisdiction("physician.license_jurisdiction", LicenseJurisdiction);
    }
}

internal static class RoleFieldErrors
{
    public static void Roles(this FieldErrors errors, string field, IReadOnlyList<string?>? roles)
    {
        errors.Rule(field, new() { Values = [.. Role.All.Select(role => role.Name!)] });
        if (roles?.Count > Role.All.Count || roles?.All(RoleNames.IsKnown) == false)
        {
            errors.Add(field, "Any of patient, physician, admin, support, each at most once.");
        }
    }
}
