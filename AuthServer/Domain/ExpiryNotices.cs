namespace AuthServer.Domain;

/// <summary>When people are told that a licence or an API key is about to expire.</summary>
internal static class ExpiryNotices
{
    /// <summary>Days before the end, most first; one notice each.</summary>
    public static readonly int[] Days = [30, 7, 1];
}
