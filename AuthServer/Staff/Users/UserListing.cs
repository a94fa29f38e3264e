using System.ComponentModel;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Staff.Users;

/// <summary>The criteria of a list of people.</summary>
internal sealed record UserListing : IValidated
{
    [FromQuery(Name = "role")]
    [Description("Only people with this role: patient, physician, admin or support. With `tenant`, and for staff of a tenant, "
        + "the role at that tenant counts.")]
    public string? Role { get; init; }

    [FromQuery(Name = "tenant")]
    [Description("Only people of the tenant with this slug.")]
    public string? Tenant { get; init; }

    [FromQuery(Name = "search")]
    [Description("Part of the e-mail address, name or user name, or exactly the id in the system the account was imported from "
        + "(`dd_api:17`). One or two characters match the beginning of a word. "
        + "Support staff find an address only by its full text.")]
    public string? Search { get; init; }

    [FromQuery(Name = "status")]
    [Description("Only accounts with this status: active, disabled or invited.")]
    public string? Status { get; init; }

    private const int MaxSearchLength = 200;

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("search", Search, MaxSearchLength);
        errors.Text("tenant", Tenant, maxLength: 63);
        if (Role is not null && !RoleNames.IsKnown(Role))
        {
            errors.Add("role", RoleNames.Rule);
        }

        if (Status is not null && !AccountStatus.All.Contains(Status, StringComparer.Ordinal))
        {
            errors.Add("status", "One of active, disabled, invited.");
        }

        // The index contains letters and digits; without any, a million rows would have to be read.
        if (!string.IsNullOrWhiteSpace(Search) && !Search.Any(char.IsLetterOrDigit))
        {
            errors.Add("search", "A letter or a digit is needed.");
        }
    }
}

/// <summary>Role names in requests.</summary>
internal static class RoleNames
{
    public const string Rule = "One of patient, physician, admin, support.";

    public static bool IsKnown(string? name) => Domain.Role.All.Any(role => role.Name == name);
}
