using System.ComponentModel;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Staff.Users;

/// <summary>The criteria of a list of people.</summary>
internal sealed record UserListing(
    [property: FromQuery(Name = "role"), Description("patient, physician, admin or support: who is that everywhere or at a tenant; with "
        + "`tenant`, and for staff of a tenant, there.")] string? Role = null,
    [property: FromQuery(Name = "tenant"), Description("Slug of a tenant: its people.")] string? Tenant = null,
    [property: FromQuery(Name = "search"), Description("Part of the e-mail address, name or user name; one or two characters: how a word "
        + "of them begins. Support finds an address only by the whole of it.")] string? Search = null,
    [property: FromQuery(Name = "status"), Description("active, disabled or invited.")] string? Status = null) : IValidated
{
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
