namespace AuthServer.Platform.Persistence;

/// <summary>
/// The schema this build was written for. The server cannot reference the migrations, which are a separate program.
/// </summary>
internal static class SchemaVersion
{
    /// <summary>The id of the last migration; a test compares it with the Migrations program.</summary>
    public const string Expected = "20261129130357_HardenSignInErasureAndLicences";
}
