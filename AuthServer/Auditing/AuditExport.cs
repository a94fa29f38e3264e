using System.Data;
using System.IO.Pipelines;
using System.Text.Json;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Auditing;

/// <summary>
/// Writes events as lines of JSON, oldest first, as they are at one moment; holds a few of them at a time. Whatever goes wrong is
/// thrown: half an export must not look like a whole one.
/// </summary>
internal sealed class AuditExport(AuthDbContext db, TimeProvider clock)
{
    private const int BatchSize = 2000;

    // So long at most does one reader keep the database from cleaning up behind everybody else.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly AuditingJson Json = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JsonRegistration.Readable });

    /// <summary>Answers how many there were.</summary>
    public async Task<long> WriteAsync(IQueryable<AuditEvent> events, AuditFilter filter, PipeWriter output, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        db.Database.SetCommandTimeout(Patience);
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, either.Token);
        var source = events.AsNoTracking();
        var parts = filter.Parts(source, await AuditTimes.FindAsync(source, filter.From, filter.To, either.Token));
        var (count, last, isRead) = (0L, long.MinValue, true);
        while (isRead && await NextAsync(parts, last, either.Token) is { Count: > 0 } batch)
        {
            Write(batch, output);
            // Whoever has hung up gets no more.
            isRead = !(await output.FlushAsync(either.Token)).IsCompleted;
            (count, last) = (count + batch.Count, batch[^1].Id);
        }

        return count;
    }

    private static async Task<List<AuditEvent>> NextAsync(IReadOnlyList<IQueryable<AuditEvent>> parts, long last, CancellationToken cancellationToken) =>
        await AuditSearch.All(parts.Select(part => part.Where(audit => audit.Id > last).OrderBy(audit => audit.Id).Take(BatchSize)))
            .OrderBy(audit => audit.Id).Take(BatchSize).ToListAsync(cancellationToken);

    private static void Write(List<AuditEvent> batch, PipeWriter output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JsonRegistration.Readable });
        foreach (var audit in batch)
        {
            JsonSerializer.Serialize(json, AuditItem.Of(audit), Json.AuditItem);
            json.Flush();
            json.Reset();
            output.GetSpan(1)[0] = (byte)'\n';
            output.Advance(1);
        }
    }
}
