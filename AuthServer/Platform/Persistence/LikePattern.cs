namespace AuthServer.Platform.Persistence;

/// <summary>Escapes user input for LIKE: a percent sign in it is just a percent sign.</summary>
internal static class LikePattern
{
    public const string Escape = @"\";

    public static string Literal(string text) =>
        text.Replace(Escape, Escape + Escape, StringComparison.Ordinal)
            .Replace("%", Escape + "%", StringComparison.Ordinal)
            .Replace("_", Escape + "_", StringComparison.Ordinal);
}
