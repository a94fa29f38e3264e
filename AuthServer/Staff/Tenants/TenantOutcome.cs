using AuthServer.Platform.Web;

namespace AuthServer.Staff.Tenants;

internal abstract record TenantOutcome
{
    private TenantOutcome()
    {
    }

    public sealed record Saved(Guid Id) : TenantOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : TenantOutcome;

    public sealed record Refused(ErrorCode Reason) : TenantOutcome;
}
