namespace AuthServer.Import;

/// <summary>
/// Accounts from other systems: <c>source → rows → cleaned → planned → written</c>, a few hundred rows at a time, each batch in
/// one transaction. The plan is made of what the database has and what this run has seen, and is the same whether it is then
/// written or only reported (<c>--dry-run</c>). What was imported is known again by its id there, so that a second run finds
/// nothing to do, and one that was killed goes on where it was.
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
