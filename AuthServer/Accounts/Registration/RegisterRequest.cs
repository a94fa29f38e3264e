using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Registration;

/// <summary>Creates an account.</summary>
/// <param name="Email">The person's address, which mail goes to.</param>
/// <param name="Password">The chosen password: 12 to 128 characters.</param>
/// <param name="Username">A user name to sign in with as well: letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</param>
/// <param name="FullName">The name shown to other people.</param>
/// <param name="Locale">Language of mails and pages: a BCP 47 tag such as <c>he</c>.</param>
/// <param name="Role"><c>patient</c> (the default) or <c>physician</c>.</param>
/// <param name="Tenant">Slug of a tenant that allows self-registration.</param>
/// <param name="Physician">With <c>role: physician</c>: the professional profile.</param>
/// <param name="DeviceName">The name shown in the person's list of devices; cleaned, and cut to 100 characters.</param>
/// <param name="Link">Where the mailed link should lead instead of the server's own page: one of <c>Links:Allowed</c>.</param>
public sealed record RegisterRequest(
    string? Email = null,
    Secret? Password = null,
    string? Username = null,
    string? FullName = null,
    string? Locale = null,
    string? Role = null,
    string? Tenant = null,
    RegisterPhysician? Physician = null,
    string? DeviceName = null,
    string? Link = null) : IValidated
{
    /// <summary>Language of mails and pages: a BCP 47 tag such as <c>he</c>.</summary>
    public string? Locale { get; init; } = LanguageTag.Of(Locale);

    /// <summary><c>patient</c> (the default) or <c>physician</c>.</summary>
    public string? Role { get; init; } = Domain.Role.Spelled(Role);

    /// <summary>The client's preferred language, for the mail if the request names none.</summary>
    internal string? AskedIn { get; init; }

    private static readonly string[] KnownRoles = [Domain.Role.Patient, Domain.Role.Physician, Domain.Role.Admin, Domain.Role.Support];

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Email("email", Email);
        PasswordPolicy.CheckNew(errors, "password", Password, EmailAddress.Parse(Email)?.Canonical, Username, FullName, Tenant);
        MailLinks.Check(errors, Link);
        errors.UserName("username", Username);
        errors.Text("full_name", FullName, maxLength: 200);
        errors.LanguageTag("locale", Locale);
        errors.Text("tenant", Tenant, maxLength: 63);
        errors.Rule("role", new() { Values = [Domain.Role.Patient, Domain.Role.Physician] });
        if (Role is not null && !KnownRoles.Contains(Role))
        {
            errors.Add("role", "Either patient or physician.");
        }

        if (Physician is not null && Role != Domain.Role.Physician)
        {
            errors.Add("physician", "Only with role physician.");
        }

        errors.LanguageTag("physician.language_preference", Physician?.LanguagePreference);
        errors.Text("physician.license_number", Physician?.LicenseNumber, maxLength: 64);
        errors.Text("physician.specialty", Physician?.Specialty, maxLength: 100);
        errors.Jurisdiction("physician.license_jurisdiction", Physician?.LicenseJurisdiction);
    }
}

/// <summary>The professional profile of somebody who registers as a physician.</summary>
/// <param name="LanguagePreference">BCP 47 tag of the language to treat in.</param>
/// <param name="LicenseNumber">The number on the licence; an administrator verifies it.</param>
/// <param name="LicenseJurisdiction">Who issued it: an ISO 3166 code such as <c>IL</c> or <c>US-NY</c>.</param>
/// <param name="Specialty">Field of medicine.</param>
public sealed record RegisterPhysician(
    string? LanguagePreference = null, string? LicenseNumber = null, string? LicenseJurisdiction = null, string? Specialty = null);
