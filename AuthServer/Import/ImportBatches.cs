using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Import;

/// <summary>Runs the batches, one transaction each.</summary>
internal sealed class ImportBatches(
    IServiceScopeFactory scopes, ImportRequest request, ImportSummary summary, ImportLock? importLock, ImportWatch watch) : IDisposable
{
    private const int Attempts = 3;

    // Longer than for requests, because no user is waiting.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    // The planner's statistics date from when the table was empty; without this PostgreSQL would scan it for each batch.
    private const string ByIndex = "SET LOCAL enable_seqscan = off";

    private readonly ImportState _state = new();
    private readonly LinkFile? _links = request is { LinksOut: { } path, IsDryRun: false } ? LinkFile.Open(path) : null;
    private readonly RowReport? _report = request.Report is { } path ? RowReport.Open(path) : null;

    public async Task ImportAsync(IReadOnlyList<SourceRow> rows, RowCleaning cleaning, CancellationToken cancellationToken)
    {
        var cleaned = rows.Select(cleaning.Clean).ToList();
        var candidates = cleaned.Select(row => row.Candidate).OfType<Candidate>().ToList();
        var plans = candidates.Count == 0 ? [] : await PlanAndWriteAsync(candidates, cancellationToken);
        _state.Keep();
        await GiveLinksAsync(plans, cancellationToken);
        summary.Count(plans);
        summary.PatientReferences += rows.Sum(row => PatientReferences.CountIn(row["firebase_patient_ids"]));
        foreach (var result in cleaned
            .Select(row => row.Skipped)
            .OfType<RowResult>()
            .Concat(plans.Select(plan => plan.Result))
            .OrderBy(result => result.Row))
        {
            summary.Count(result);
            _report?.Add(result);
            watch.Provided(result);
        }
    }

    public void Dispose()
    {
        _links?.Dispose();
        _report?.Dispose();
    }

    // Concurrent registrations, links or deletions can invalidate what was looked up; then the batch is planned again.
    private async Task<List<RowPlan>> PlanAndWriteAsync(List<Candidate> candidates, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
            db.Database.SetCommandTimeout(Timeout);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            try
            {
                await db.Database.ExecuteSqlRawAsync(
                    request.IsDryRun ? $"SET TRANSACTION READ ONLY; {ByIndex}" : ByIndex, cancellationToken);
                var planner = new RowPlanner(request.Source, _state, await ExistingRows.LoadAsync(db, candidates, cancellationToken));
                var plans = candidates.ConvertAll(planner.Plan);
                if (!request.IsDryRun)
                {
                    await WriteAsync(scope.ServiceProvider, plans, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                }

                return plans;
            }
            catch (DbUpdateException exception) when (attempt < Attempts && (exception is DbUpdateConcurrencyException
                || exception.InnerException is PostgresException
                {
                    SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation
                }))
            {
                _state.TakeBack();
            }
        }
    }

    private async Task WriteAsync(IServiceProvider services, List<RowPlan> plans, CancellationToken cancellationToken)
    {
        if (importLock is not null)
        {
            await importLock.MakeSureAsync(cancellationToken);
        }

        await services.GetRequiredService<BatchWriter>().WriteAsync(plans, request, cancellationToken);
    }

    private async Task GiveLinksAsync(List<RowPlan> plans, CancellationToken cancellationToken)
    {
        var waiting = plans.Select(plan => plan.Person).OfType<ImportedPerson>().Where(person => person.WaitsForLink).Distinct().ToList();
        if (_links is not null && waiting.Count > 0)
        {
            await using var scope = scopes.CreateAsyncScope();
            summary.LinksGiven += await scope.ServiceProvider.GetRequiredService<LinkDelivery>()
                .WriteAsync(waiting.ConvertAll(person => person.Id), _links, cancellationToken);
        }

        summary.LinksGiven += request.Sends || (request.LinksOut is not null && _links is null) ? waiting.Count : 0;
        summary.WaitingForLink += request is { Sends: false, LinksOut: null } ? waiting.Count : 0;

        // Count each person once, whichever row it is in.
        waiting.ForEach(person => person.WaitsForLink = false);
    }
}
