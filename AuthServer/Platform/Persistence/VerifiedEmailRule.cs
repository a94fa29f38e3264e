namespace AuthServer.Platform.Persistence;

internal static class VerifiedEmailRule
{
    /// <summary>
    /// SQL for whether the mailbox meets the tenant's requirement, over <c>u</c> (users) and <c>t</c> (tenants, or none).
    /// </summary>
    public const string IsEnough = "(u.email_confirmed OR NOT coalesce((t.settings ->> 'require_verified_email')::boolean, false))";
}
