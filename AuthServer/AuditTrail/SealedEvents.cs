using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>Compares stored events with what a seal says about them.</summary>
internal sealed class SealedEvents(AuthDbContext db, RedactionProofs proofs, AuditCounts counts)
{
    /// <summary>Whether a row contains values the server never writes, such as an unknown outcome or an impossible time.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is InvalidOperationException or InvalidCastException or FormatException or OverflowException;

    /// <summary>
    /// The first discrepancy in the seal's events, starting after <paramref name="after"/>; null if there is none.
    /// </summary>
    public async Task<AuditFault?> FindFaultAsync(AuditSeal seal, long after, CancellationToken cancellationToken)
    {
        var (ids, position, seen) = (seal.EventIds ?? [], 0, after);
        var events = db.AuditEvents
            .AsNoTracking()
            .Where(audit => audit.Id > after && audit.Id <= seal.LastEventId)
            .OrderBy(audit => audit.Id)
            .AsAsyncEnumerable();
        try
        {
            await foreach (var audit in events.WithCancellation(cancellationToken))
            {
                if (FaultOf(audit, seal, ids, position) is { } fault)
                {
                    return fault;
                }

                (position, seen) = (position + 1, audit.Id);
            }
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            var id = await db.AuditEvents.Where(audit => audit.Id > seen).MinAsync(audit => audit.Id, cancellationToken);
            return position < ids.Length && ids[position] == id
                ? AuditFault.EventEdited(id, seal.Id)
                : AuditFault.EventInserted(id, seal.Id);
        }

        return position < ids.Length ? AuditFault.EventRemoved(ids[position], seal.Id) : null;
    }

    private AuditFault? FaultOf(AuditEvent audit, AuditSeal seal, long[] ids, int position)
    {
        if (position < ids.Length && ids[position] < audit.Id)
        {
            return AuditFault.EventRemoved(ids[position], seal.Id);
        }

        if (position == ids.Length || ids[position] > audit.Id)
        {
            return AuditFault.EventInserted(audit.Id, seal.Id);
        }

        counts.Events++;
        if (!AuditHash.Of(audit).AsSpan().SequenceEqual(seal.EventHashes.AsSpan(position * AuditHash.Length, AuditHash.Length)))
        {
            return AuditFault.EventEdited(audit.Id, seal.Id);
        }

        switch (audit)
        {
            case { Salt: not null, ErasureProof: null }:
                return null;
            case { Salt: null } when proofs.IsGenuine(audit):
                counts.Erased++;
                return null;
            case { Salt: null }:
                return AuditFault.ErasureNotGenuine(audit.Id, seal.Id);
            default:
                return AuditFault.EventEdited(audit.Id, seal.Id);
        }
    }
}
