using System.Linq.Expressions;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Removes personal data from the audit log, through the only database function that may, and stores a proof that the server did
/// it, so that the seals stay valid.
/// </summary>
internal sealed class AuditErasure(AuthDbContext db, RedactionProofs proofs)
{
    private const int BatchSize = 1000;

    /// <summary>The API keys of this person, including those that are gone; to be called before the account is deleted.</summary>
    public async Task<IReadOnlyList<Guid>> KeysOfAsync(Guid person, CancellationToken cancellationToken)
    {
        var made = db.AuditEvents
            .Where(audit => audit.ActorId == person && audit.Type == AuditEvents.ApiKeyMade && audit.SubjectId != null)
            .Select(audit => audit.SubjectId!.Value)
            .Where(id => !db.ApiKeys.Any(key => key.Id == id && key.OwnerId != person));
        return await db.ApiKeys.Where(key => key.OwnerId == person).Select(key => key.Id).Union(made).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Takes address and user agent from events about these keys without an actor: a key seen in a URL was sent by its owner, or from
    /// their history. What the keys did stays. Runs in the open transaction, after the keys were deleted.
    /// </summary>
    public async Task EraseExposuresAsync(IReadOnlyList<Guid> keys, Guid pseudonym, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        foreach (var key in keys)
        {
            await EraseAsync(
                audit => audit.SubjectId == key && audit.ActorId == null && (audit.IpAddress != null || audit.UserAgent != null), key,
                pseudonym, cancellationToken);
        }
    }

    /// <summary>Runs in the open transaction, after the account was deleted.</summary>
    public async Task EraseAsync(Guid person, Guid pseudonym, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        // Two statements, because an OR would use neither index.
        await EraseAsync(audit => audit.SubjectId == person, person, pseudonym, cancellationToken);
        await EraseAsync(audit => audit.ActorId == person, person, pseudonym, cancellationToken);
    }

    /// <summary>
    /// Serializes erasures until the transaction ends. A proof covers the remaining content of a row; if a concurrent erasure
    /// removed another person from the same row, the proof would be wrong.
    /// </summary>
    public Task LockAsync(CancellationToken cancellationToken) =>
        AdvisoryLocks.TakeAsync(db, AdvisoryLocks.AuditErasure, cancellationToken);

    /// <summary>
    /// The same, and waits for whoever adds one of these ids: before anything of them is deleted, so that somebody who waits for the
    /// deletion holds nothing that the erasure needs afterwards.
    /// </summary>
    public async Task LockAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        await AdvisoryLocks.ErasedIdsAsync(db, [.. ids], cancellationToken);
    }

    /// <summary>
    /// Renews the proofs of these rows with the current key; requires the lock. The rows must be as erasing <paramref
    /// name="pseudonym"/> would leave them.
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
