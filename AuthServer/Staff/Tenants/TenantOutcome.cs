using AuthServer.Platform.Web;

namespace AuthServer.Staff.Tenants;

/// <summary>What became of an act on a tenant.</summary>
internal abstract record TenantOutcome
{
    private TenantOutcome()
    {
    }

    public sealed record Saved(Guid Id) : TenantOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : TenantOutcome;

    public sealed record Refused(ErrorCode Reason) : TenantOutcome;
}
