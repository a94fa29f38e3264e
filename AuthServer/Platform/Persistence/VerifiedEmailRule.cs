namespace AuthServer.Platform.Persistence;

internal static class VerifiedEmailRule
{
    /// <summary>
    /// In SQL, whether the mailbox is as proven as the tenant wants it: <c>u</c> (users) and <c>t</c> (tenants, or none).
    /// </summary>
    public const string IsEnough = "(u.email_confirmed OR NOT coalesce((t.settings ->> 'require_verified_email')::boolean, false))";
}
