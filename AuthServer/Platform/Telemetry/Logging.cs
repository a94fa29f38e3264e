namespace AuthServer.Platform.Telemetry;

internal static class Logging
{
    /// <summary>Readable lines in Development, one JSON object per line otherwise.</summary>
    public static void AddLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.IncludeScopes) = (true, true));
        }
        else
        {
            builder.Logging.AddJsonConsole(
                console => (console.UseUtcTimestamp, console.TimestampFormat, console.IncludeScopes) =
                    (true, "yyyy-MM-ddTHH:mm:ss.fffZ", true));
        }
    }
}
