using AuthServer.Staff.Users;

namespace AuthServer.Cli;

/// <summary>Formats an account on one line.</summary>
internal static class UserText
{
    public static string Of(UserRecord user)
    {
        var roles = user.Roles.Concat(user.Memberships.Select(membership => $"{membership.Role}@{membership.Tenant.Slug}"));
        return $"{user.Id}  {user.Status,-8}  {NameOf(user)}{(user.EmailVerified || user.Email is null ? "" : " (unconfirmed)")}  "
            + $"{string.Join(' ', roles)}{(user.FullName is { } name ? $"  {name}" : "")}{Disabled(user)}{Erasure(user)}";
    }

    /// <summary>A guest has no address.</summary>
    public static string NameOf(UserRecord user) => user.Email ?? "guest";

    private static string Erasure(UserRecord user) =>
        user.ErasureDueAt is { } due ? $"  [will be erased on {due.UtcDateTime:yyyy-MM-dd HH:mm} UTC at the person's request]" : "";

    private static string Disabled(UserRecord user) =>
        user.DisabledReason is null
            ? ""
            : $"  [{user.DisabledReason}{(user.DisabledUntil is { } until ? $", until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "")}]";
}
