using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Tenants;

/// <summary>Makes a tenant.</summary>
/// <param name="Slug">Its name in requests, for good: lower-case letters, digits and hyphens.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Settings">What it chooses for itself.</param>
public sealed record CreateTenantRequest(string? Slug = null, string? Name = null, TenantSettingsRequest? Settings = null) : IValidated
{
    internal const string Example = """{"slug":"heart-clinic","name":"Heart Clinic","settings":{"self_registration":true,"locale":"he"}}""";

    void IValidated.Validate(FieldErrors errors)
    {
        if (Slug is null || !TenantSlug.IsValid(Slug))
        {
            errors.Add("slug", TenantSlug.Rule);
        }

        errors.Text("name", Name, TenantRecord.MaxName, required: true);
        Settings?.Validate(errors);
    }
}

/// <summary>Changes to a tenant. A field that is left out stays as it is. The slug stands in apps, and stays.</summary>
public sealed record ChangeTenantRequest : IValidated
{
    internal const string Example = """{"name":"Heart Clinic","settings":{"session_idle_minutes":30,"mail_sender_name":null}}""";

    /// <summary>Its name for people.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>What it chooses for itself, to be merged with what there is (RFC 7396); null puts all of it back.</summary>
    public TenantSettingsRequest? Settings { get; set => field = value ?? TenantSettingsRequest.Nothing(); }

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("name", Name.Value, TenantRecord.MaxName, required: Name.IsGiven);
        Settings?.Validate(errors);
    }
}

/// <summary>Takes a tenant's memberships out of work, or puts them back.</summary>
/// <param name="Reason">Why, for the audit log.</param>
public sealed record TenantStatusRequest(string? Reason = null) : IValidated
{
    private const int MaxReason = 500;

    internal const string Example = """{"reason":"The contract has ended."}""";

    void IValidated.Validate(FieldErrors errors) => errors.Text("reason", Reason, MaxReason, required: true);
}

/// <summary>A tenant, as its staff sees it.</summary>
/// <param name="Id">The <c>tenant</c> of tokens.</param>
/// <param name="Slug">Its name in requests.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Status"><c>active</c>, or <c>suspended</c>: its memberships do not count.</param>
/// <param name="Settings">What it chose for itself.</param>
/// <param name="Members">How many people belong to it.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record TenantRecord(
    Guid Id, string Slug, string Name, string Status, TenantSettingsRecord Settings, int Members, DateTimeOffset CreatedAt)
{
    internal const int MaxName = 200;

    internal const string Page = $$"""{"items":[{{Example}}],"total":1,"skip":0,"limit":20,"next":null}""";

    internal const string Example = """
        {
          "id": "0195b1f0-3c5d-7a1b-8e2f-4d6c8b0a1e3f", "slug": "heart-clinic", "name": "Heart Clinic", "status": "active",
          "settings": {
            "self_registration": true, "require_verified_email": false, "require_mfa": false, "mail_sender_name": null, "locale": "he",
            "session_idle_minutes": 30, "session_absolute_minutes": null
          },
          "members": 12, "created_at": "2026-11-21T08:30:00Z"
        }
        """;

    internal static TenantRecord Of(Tenant tenant, int members) =>
        new(
            tenant.Id, tenant.Slug, tenant.Name, SnakeCase.Of(tenant.Status), TenantSettingsRecord.Of(tenant.Settings), members,
            tenant.CreatedAt);
}

/// <summary>What a tenant chose for itself.</summary>
/// <param name="SelfRegistration">Whether people may register into it by themselves.</param>
/// <param name="RequireVerifiedEmail">Whether tokens are for it only once the person's mailbox is proven.</param>
/// <param name="RequireMfa">Whether its people need a second factor; not yet asked for at sign-in.</param>
/// <param name="MailSenderName">The name mails to its people come from; null for the server's own.</param>
/// <param name="Locale">Language of people who have chosen none: a BCP 47 tag.</param>
/// <param name="SessionIdleMinutes">Longest time its people's sessions may rest; null for what the roles allow.</param>
/// <param name="SessionAbsoluteMinutes">Highest age of its people's sessions; null for what the roles allow.</param>
public sealed record TenantSettingsRecord(
    bool SelfRegistration,
    bool RequireVerifiedEmail,
    bool RequireMfa,
    string? MailSenderName,
    string? Locale,
    int? SessionIdleMinutes,
    int? SessionAbsoluteMinutes)
{
    internal static TenantSettingsRecord Of(TenantSettings settings) => new(
        settings.SelfRegistration, settings.RequireVerifiedEmail, settings.RequireMfa, settings.MailSenderName, settings.Locale,
        settings.SessionIdleMinutes, settings.SessionAbsoluteMinutes);
}
