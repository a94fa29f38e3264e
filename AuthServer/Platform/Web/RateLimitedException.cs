namespace AuthServer.Platform.Web;

/// <summary>A limit is reached that only shows in the middle of the work; answered with 429 and <c>Retry-After</c>.</summary>
internal sealed class RateLimitedException(TimeSpan retryAfter) : Exception
{
    public TimeSpan RetryAfter => retryAfter;
}
