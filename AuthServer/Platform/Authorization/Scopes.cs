namespace AuthServer.Platform.Authorization;

/// <summary>
/// The scopes of API keys (RFC 6749 section 3.3). A route names the scope that opens it to keys; routes without one are closed to
/// them, so keys can never use people's own routes, or those for roles and keys.
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
