namespace AuthServer.Import;

/// <summary>Accounts from other systems.</summary>
internal static class ImportRegistration
{
    public static void AddImport(this WebApplicationBuilder builder) => _ = builder;
}
