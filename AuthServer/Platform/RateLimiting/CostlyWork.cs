namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// Remembers that a request has made the server hash a password. Its network is charged for that even if it hangs up before the answer:
/// otherwise the work would be free for whoever never reads one.
/// </summary>
internal static class CostlyWork
{
    private static readonly object Key = new();

    public static void MarkCostly(this HttpContext context) => context.Items[Key] = true;

    public static bool IsCostly(this HttpContext context) => context.Items.ContainsKey(Key);
}
