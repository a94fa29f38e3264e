using System.IO.Pipelines;
using System.Text.Json;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.AuditSearch;

/// <summary>
/// Writes events as lines of JSON, oldest first, up to the last event at the start of the export. Holds only a batch in memory, and
/// no connection while the client reads. Every error is thrown, so that a partial export cannot look complete.
/// </summary>
internal sealed class AuditExport(
    AuthDbContext db, AuditWatermark settled, [FromKeyedServices(AuditExport.Concurrency)] ExportConcurrency exports, TimeProvider clock)
    : IDisposable
{
    public const string Concurrency = "audit-export";

    private const int BatchSize = 2000;

    // With a larger buffer, a slow reader could not be distinguished from one that has stopped.
    private const int MostUnread = 32 << 10;

    // The longest time one export can block others.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static readonly AuditingJson Json =
        new(JsonRegistration.ByHand());

    private ExportConcurrency.Slot? _slot;

    /// <summary>Reserves a slot until it is disposed of.</summary>
    /// <exception cref="BusyException">The caller or their tenant is already reading an export, or too many others are.</exception>
    public async Task EnterAsync(Guid caller, Guid? tenant, CancellationToken cancellationToken) =>
        _slot = await exports.EnterAsync(caller, cancellationToken, tenant);

    public void Dispose() => _slot?.Dispose();

    /// <summary>Returns the number of events.</summary>
    /// <exception cref="OperationCanceledException">The client has not read on within <paramref name="patience"/>.</exception>
    public async Task<long> WriteAsync(
        IQueryable<AuditEvent> events, AuditFilter filter, PipeWriter output, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        db.Database.SetCommandTimeout(Timeout);
        var parts = await PartsAsync(events.AsNoTracking(), filter, either.Token);
        var (count, last, isRead) = (0L, long.MinValue, true);
        while (isRead && await NextAsync(parts, last, either.Token) is { Count: > 0 } batch)
        {
            // Stop as soon as the client has disconnected.
            isRead = await WriteAsync(batch, output, patience, either.Token);
            (count, last) = (count + batch.Count, batch[^1].Id);
        }

        return count;
    }

    // Events are only ever added. If a long transaction keeps the newest ones unsettled, they may or may not be included.
    private async Task<IReadOnlyList<IQueryable<AuditEvent>>> PartsAsync(
        IQueryable<AuditEvent> events, AuditFilter filter, CancellationToken cancellationToken)
    {
        var end =
            (await settled.FindLastAsync(cancellationToken) ?? await events.MaxAsync(audit => (long?)audit.Id, cancellationToken) ?? 0) + 1;
        var range = await AuditTimes.FindAsync(events, filter.From, filter.To, cancellationToken);
        return filter.Parts(events, range with { End = Math.Min(range.End ?? end, end) });
    }

    private static async Task<List<AuditEvent>> NextAsync(
        IReadOnlyList<IQueryable<AuditEvent>> parts, long last, CancellationToken cancellationToken) =>
        await AuditEventSearch.All(parts.Select(part => part.Where(audit => audit.Id > last).OrderBy(audit => audit.Id).Take(BatchSize)))
            .OrderBy(audit => audit.Id).Take(BatchSize).ToListAsync(cancellationToken);

    private async Task<bool> WriteAsync(List<AuditEvent> batch, PipeWriter output, TimeSpan patience, CancellationToken cancellationToken)
    {
        foreach (var audit in batch)
        {
            Write(audit, output);
            if (output.UnflushedBytes >= MostUnread && !await FlushAsync(output, patience, cancellationToken))
            {
                return false;
            }
        }

        return await FlushAsync(output, patience, cancellationToken);
    }

    private async Task<bool> FlushAsync(PipeWriter output, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var waited = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waited.Token, cancellationToken);
        return !(await output.FlushAsync(either.Token)).IsCompleted;
    }

    private static void Write(AuditEvent audit, PipeWriter output)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JsonRegistration.Readable }))
        {
            JsonSerializer.Serialize(json, AuditItem.Of(audit), Json.AuditItem);
        }

        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }
}
