namespace AuthServer.Import;

/// <summary>
/// Imports accounts from other systems: <c>source → rows → cleaned → planned → written</c>, a few hundred rows at a time, each
/// batch in one transaction. The plan depends on the database and on the rows seen so far, and is the same whether it is then
/// written or only reported (<c>--dry-run</c>). Imported people are recognised by their id in the source, so a second run has
/// nothing to do, and one that was killed can be continued.
/// </summary>
internal static class ImportRegistration
{
    public static void AddImport(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<BatchWriter>();
        builder.Services.AddScoped<LinkDelivery>();
        builder.Services.AddSingleton<ImportRun>();
    }
}
