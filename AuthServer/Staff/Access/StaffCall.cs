using AuthServer.Platform.Web;

namespace AuthServer.Staff.Access;

/// <summary>What every staff operation needs from its request: the rows it may access, and where the request came from.</summary>
internal sealed record StaffCall(StaffScope Scope, RequestOrigin Origin, CancellationToken CancellationToken)
{
    /// <summary>Binds a handler's parameter; the route's policy has already required a member of staff.</summary>
    public static async ValueTask<StaffCall?> BindAsync(HttpContext context) =>
        await StaffScope.BindAsync(context) is { } scope ? new(scope, RequestOrigin.Of(context), context.RequestAborted) : null;
}
