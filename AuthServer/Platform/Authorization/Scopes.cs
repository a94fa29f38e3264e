namespace AuthServer.Platform.Authorization;

/// <summary>
/// What an API key may do (RFC 6749 section 3.3). A route says which scope opens it to keys; one that says nothing is
/// closed to them, so no key ever gets at a person's own routes, at roles, or at keys.
/// </summary>
internal static class Scopes
{
    public const string UsersRead = "users:read";
    public const string UsersWrite = "users:write";
    public const string TenantsRead = "tenants:read";
    public const string PhysiciansRead = "physicians:read";
    public const string PhysiciansWrite = "physicians:write";
    public const string AuditRead = "audit:read";

    public static IReadOnlyList<string> All { get; } = [UsersRead, UsersWrite, TenantsRead, PhysiciansRead, PhysiciansWrite, AuditRead];
}
