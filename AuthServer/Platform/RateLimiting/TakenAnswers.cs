using System.Threading.RateLimiting;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// Limits how often one account is told that an address or a name is taken, over all routes: each such answer tells who has an account.
/// Without an account, the network counts.
/// </summary>
internal sealed class TakenAnswers(RateLimitSettings limits, TimeProvider clock, IHttpContextAccessor current) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _limiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.Get(
            AskerOf(context),
            _ => new OutcomeLimiter(
                limits.TakenNamesPerHour, TimeSpan.FromHours(1), clock,
                () => current.HttpContext?.Items.ContainsKey(typeof(TakenAnswers)) == true)));

    /// <summary>Dispose of the lease after the answer is known.</summary>
    public ValueTask<RateLimitLease> EnterAsync(HttpContext context) => _limiter.AcquireAsync(context, 1, context.RequestAborted);

    public static void Count(HttpContext context) => context.Items[typeof(TakenAnswers)] = true;

    public void Dispose() => _limiter.Dispose();

    private static string AskerOf(HttpContext context) =>
        Caller.Of(context.User)?.UserId.ToString() ?? RequestOrigin.NetworkOf(context.Connection.RemoteIpAddress);
}
