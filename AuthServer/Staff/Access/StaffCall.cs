using AuthServer.Platform.Web;

namespace AuthServer.Staff.Access;

/// <summary>What every act of staff needs to know of its request: whose rows it may touch, and where it came from.</summary>
internal sealed record StaffCall(StaffScope Scope, RequestOrigin Origin, CancellationToken CancellationToken)
{
    /// <summary>For a handler's parameter: the route's policy has made sure that the caller is of the staff.</summary>
    public static async ValueTask<StaffCall?> BindAsync(HttpContext context) =>
        await StaffScope.BindAsync(context) is { } scope ? new(scope, RequestOrigin.Of(context), context.RequestAborted) : null;
}
