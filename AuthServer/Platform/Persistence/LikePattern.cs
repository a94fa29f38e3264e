namespace AuthServer.Platform.Persistence;

/// <summary>What people type is text to look for, not a pattern: their percent sign is a percent sign.</summary>
internal static class LikePattern
{
    public const string Escape = @"\";

    public static string Literal(string text) =>
        text.Replace(Escape, Escape + Escape, StringComparison.Ordinal)
            .Replace("%", Escape + "%", StringComparison.Ordinal)
            .Replace("_", Escape + "_", StringComparison.Ordinal);
}
