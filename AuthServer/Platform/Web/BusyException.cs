namespace AuthServer.Platform.Web;

/// <summary>There is more work of one kind than can be done in time; answered with 503 and <c>Retry-After</c>.</summary>
internal sealed class BusyException(TimeSpan retryAfter) : Exception
{
    public TimeSpan RetryAfter => retryAfter;
}
