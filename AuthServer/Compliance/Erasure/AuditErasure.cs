using System.Linq.Expressions;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Takes what is personal out of the audit log, through the one function of the database that may, and leaves a proof that
/// it was the server who did: the seals stay valid.
/// </summary>
internal sealed class AuditErasure(AuthDbContext db, RedactionProofs proofs)
{
    private const int BatchSize = 1000;

    /// <summary>In the open transaction, when the account is gone.</summary>
    public async Task EraseAsync(Guid person, Guid pseudonym, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        // One after the other, because an OR would use neither index.
        await EraseAsync(audit => audit.SubjectId == person, person, pseudonym, cancellationToken);
        await EraseAsync(audit => audit.ActorId == person, person, pseudonym, cancellationToken);
    }

    /// <summary>
    /// One erasure at a time, until the transaction ends: a proof covers what stands in a row afterwards, and another's taking
    /// somebody else out of the same row meanwhile would make it a false one.
    /// </summary>
    public Task LockAsync(CancellationToken cancellationToken) =>
        AdvisoryLocks.TakeAsync(db, AdvisoryLocks.AuditErasure, cancellationToken);

    /// <summary>
    /// Makes the proofs of these rows anew, with the current key; under the lock. What stands in the rows must be what erasing
    /// <paramref name="pseudonym"/> leaves.
    /// </summary>
    public Task RenewAsync(Guid pseudonym, IReadOnlyList<AuditEvent> events, CancellationToken cancellationToken) =>
        CallAsync(pseudonym, pseudonym, events, cancellationToken);

    private async Task EraseAsync(
        Expression<Func<AuditEvent, bool>> which, Guid person, Guid pseudonym, CancellationToken cancellationToken)
    {
        List<AuditEvent> batch;
        for (var last = 0L; ; last = batch[^1].Id)
        {
            batch = await db.AuditEvents
                .AsNoTracking()
                .Where(which)
                .Where(audit => audit.Id > last)
                .OrderBy(audit => audit.Id)
                .Take(BatchSize)
                .ToListAsync(cancellationToken);
            if (batch.Count == 0)
            {
                return;
            }

            await CallAsync(person, pseudonym, batch, cancellationToken);
        }
    }

    private async Task CallAsync(Guid person, Guid pseudonym, IReadOnlyList<AuditEvent> events, CancellationToken cancellationToken)
    {
        await using var command = db.Connection().CreateCommand();
        command.CommandText = "SELECT erase_from_audit(@person, @pseudonym, @events, @proofs)";
        command.Add("person", person);
        command.Add("pseudonym", pseudonym);
        command.Add("events", events.Select(audit => audit.Id).ToArray());
        command.Parameters.Add(
            new("proofs", events.Select(audit => proofs.Make(audit, AuditPersonal.Of(audit).Without(person, pseudonym))).ToArray()));
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
