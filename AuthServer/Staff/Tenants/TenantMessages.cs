using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Tenants;

/// <summary>Creates a tenant.</summary>
/// <param name="Slug">Its permanent name in requests: lower-case letters, digits and hyphens.</param>
/// <param name="Name">The display name.</param>
/// <param name="Settings">What the tenant configures for itself.</param>
public sealed record CreateTenantRequest(string? Slug = null, string? Name = null, TenantSettingsRequest? Settings = null) : IValidated
{
    internal const string Example = """{"slug":"heart-clinic","name":"Heart Clinic","settings":{"self_registration":true,"locale":"he"}}""";

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Rule("slug", new() { MinLength = 2, MaxLength = TenantSlug.MaxLength, Pattern = "^[a-z0-9][a-z0-9-]*[a-z0-9]$" });
        if (Slug is null || !TenantSlug.IsValid(Slug))
        {
            errors.Add("slug", TenantSlug.Rule);
        }

        errors.Text("name", Name, TenantRecord.MaxName, required: true);
        Settings?.Validate(errors);
    }
}

/// <summary>
/// Changes to a tenant. A field that is left out stays as it is. The slug cannot be changed, because apps contain it.
/// </summary>
public sealed record ChangeTenantRequest : IPatch
{
    internal const string Example =
        """{"name":"Heart Clinic","settings":{"session_idle_minutes":30},"clear":["settings.mail_sender_name"]}""";

    private bool _isReset;

    /// <summary>The display name.</summary>
    [NeverCleared]
    public Optional<string?> Name { get; init; }

    /// <summary>The tenant's own settings, merged with the current ones.</summary>
    public TenantSettingsRequest? Settings { get; set => (field, _isReset) = (value, value is null); }

    /// <summary>Fields to clear: null changes nothing.</summary>
    public IReadOnlyList<string?>? Clear { get; init; }

    void IPatch.TakeNulls() => Settings = _isReset ? TenantSettingsRequest.Nothing() : Settings;

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("name", Name.Value, TenantRecord.MaxName, required: Name.IsGiven);
        Settings?.Validate(errors);
    }
}

/// <summary>Suspends a tenant's memberships or reactivates them.</summary>
/// <param name="Reason">Why, for the audit log.</param>
public sealed record TenantStatusRequest(string? Reason = null) : IValidated
{
    private const int MaxReason = 500;

    internal const string Example = """{"reason":"The contract has ended."}""";

    void IValidated.Validate(FieldErrors errors) => errors.Text("reason", Reason, MaxReason, required: true);
}

/// <summary>A tenant, as its staff see it.</summary>
/// <param name="Id">The <c>tenant</c> claim of access tokens.</param>
/// <param name="Slug">Its name in requests.</param>
/// <param name="Name">The display name.</param>
/// <param name="Status"><c>active</c>, or <c>suspended</c>: its memberships have no effect.</param>
/// <param name="Settings">What the tenant configured for itself.</param>
/// <param name="Members">How many people belong to it.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LegacyId">The id in the system it was imported from, after that system's name: <c>dd_api:4</c>.</param>
public sealed record TenantRecord(
    Guid Id, string Slug, string Name, [property: OneOf(typeof(TenantStatus))] string Status, TenantSettingsRecord Settings, int Members,
    DateTimeOffset CreatedAt, string? LegacyId)
{
    internal const int MaxName = 200;

    internal const string Page = $$"""{"items":[{{Example}}],"total":1,"skip":0,"limit":20,"next":null}""";

    internal const string Example = """
        {
          "id": "0195b1f0-3c5d-7a1b-8e2f-4d6c8b0a1e3f", "slug": "heart-clinic", "name": "Heart Clinic", "status": "active",
          "settings": {
            "self_registration": true, "require_verified_email": false, "require_mfa": false, "mail_sender_name": null, "locale": "he",
            "app_url": "https://app.heart.example/", "session_idle_minutes": 30, "session_absolute_minutes": null
          },
          "members": 12, "created_at": "2026-11-21T08:30:00.000000Z", "legacy_id": null
        }
        """;

    internal static TenantRecord Of(Tenant tenant, int members) =>
        new(
            tenant.Id, tenant.Slug, tenant.Name, SnakeCase.Of(tenant.Status), TenantSettingsRecord.Of(tenant.Settings), members,
            tenant.CreatedAt, tenant.LegacyId);
}

/// <summary>What a tenant configured for itself.</summary>
/// <param name="SelfRegistration">Whether people may register into it by themselves.</param>
/// <param name="RequireVerifiedEmail">Whether tokens are issued for it only once the person's mailbox is confirmed.</param>
/// <param name="RequireMfa">
/// Whether its people need a second factor: true only if it was set before this was refused; sign-in does not enforce it yet.
/// </param>
/// <param name="MailSenderName">The sender name of mails to its people; null for the server's own.</param>
/// <param name="Locale">Language of people who have not chosen one: a BCP 47 tag.</param>
/// <param name="AppUrl">Where its people sign in, for links on pages; null for the server's own setting.</param>
/// <param name="SessionIdleMinutes">Idle timeout of its people's sessions in minutes; null for their roles' limits.</param>
/// <param name="SessionAbsoluteMinutes">Maximum age of its people's sessions in minutes; null for their roles' limits.</param>
public sealed record TenantSettingsRecord(
    bool SelfRegistration,
    bool RequireVerifiedEmail,
    bool RequireMfa,
    string? MailSenderName,
    string? Locale,
    string? AppUrl,
    int? SessionIdleMinutes,
    int? SessionAbsoluteMinutes)
{
    internal static TenantSettingsRecord Of(TenantSettings settings) => new(
        settings.SelfRegistration, settings.RequireVerifiedEmail, settings.RequireMfa, settings.MailSenderName, settings.Locale,
        settings.AppUrl, settings.SessionIdleMinutes, settings.SessionAbsoluteMinutes);
}
