namespace AuthServer.Platform.Persistence;

/// <summary>The schema this build was written for. The server cannot see the migrations, which are a program of their own.</summary>
internal static class SchemaVersion
{
    /// <summary>The last migration's id; a test compares it with the Migrations program.</summary>
    public const string Expected = "20261121122919_ApiKeysAuditSealsAndErasure";
}
