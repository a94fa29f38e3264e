using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Import;

/// <summary>An import from the first row to the last.</summary>
internal sealed class ImportRun(IServiceScopeFactory scopes, NpgsqlDataSource database, PasswordSettings passwords, TimeProvider clock)
{
    internal const int BatchSize = 200;

    public async Task<ImportOutcome> RunAsync(ImportRequest request, ImportWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            if (request.Fault() is { } fault)
            {
                return new ImportOutcome.Refused(fault);
            }

            await using var source = await ImportSource.OpenAsync(request, cancellationToken);
            var map = await ColumnMap.ReadAsync(request.Map, request.Fields, cancellationToken);
            var (columns, rows) = await source.LookAsync(cancellationToken);
            var summary = new ImportSummary { IgnoredColumns = rows == 0 && columns.Count == 0 ? [] : map.Resolve(columns) };
            await using var importLock = request.IsDryRun ? null : await ImportLock.TakeAsync(database, cancellationToken);
            if (importLock is null && !request.IsDryRun)
            {
                return new ImportOutcome.Busy();
            }

            using var batches = new ImportBatches(scopes, request, summary, importLock, watch);
            watch.Begun(rows, summary.IgnoredColumns);
            await foreach (var batch in source
                .ReadAsync([.. map.Columns.Values], cancellationToken)
                .Select(raw => new SourceRow(raw, map))
                .Chunk(BatchSize)
                .WithCancellation(cancellationToken))
            {
                await batches.ImportAsync(batch, new RowCleaning(request, passwords), cancellationToken);
            }

            await AuditAsync(request, summary, cancellationToken);
            return new ImportOutcome.Finished(summary);
        }
        catch (ImportFault exception)
        {
            return new ImportOutcome.Refused(exception.Message);
        }
    }

    // A run without changes is not recorded.
    private async Task AuditAsync(ImportRequest request, ImportSummary summary, CancellationToken cancellationToken)
    {
        if (request.IsDryRun || summary.Created + summary.Merged + summary.LinksGiven == 0)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        db.Audit(AuditEvents.ImportFinished, clock.GetUtcNow(), RequestOrigin.CommandLine, actor: null, subject: null,
            detail: $"{request.Source}: {summary.Created} created, {summary.Merged} merged, {summary.Unchanged} unchanged, "
                + $"{summary.Skipped} skipped; {summary.Tenants} tenants; {summary.LinksGiven} links");
        await db.SaveChangesAsync(cancellationToken);
    }
}
