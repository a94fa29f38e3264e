namespace AuthServer.Domain;

/// <summary>When people are told that something of theirs is about to end: a licence, an API key.</summary>
internal static class ExpiryNotices
{
    /// <summary>So many days before the end, each once; the most first.</summary>
    public static readonly int[] Days = [30, 7, 1];
}
