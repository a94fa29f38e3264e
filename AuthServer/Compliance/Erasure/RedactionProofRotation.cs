using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// After a change of the root secret, renews the proofs in erased rows that were made with the previous one, while that is still
/// known. A row with an invalid proof is left alone: it must not become valid here.
/// </summary>
internal sealed class RedactionProofRotation(
    IServiceScopeFactory scopes, RedactionProofs proofs, SecretSettings secrets, TimeProvider clock,
    ILogger<RedactionProofRotation> logger)
    : PeriodicJob(TimeSpan.FromHours(1), clock, logger)
{
    private const int BatchSize = 500;

    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(secrets.PreviousKey))
        {
            return 0;
        }

        // Always start from the first row: a replica that does not know the new secret yet may have erased something meanwhile.
        var (renewed, last) = (0, (long?)0);
        while (last is { } after)
        {
            (var count, last) = await BatchAsync(after, cancellationToken);
            renewed += count;
        }

        return renewed;
    }

    private async Task<(int Renewed, long? Last)> BatchAsync(long after, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var audit = scope.ServiceProvider.GetRequiredService<AuditErasure>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await audit.LockAsync(cancellationToken);
        var erased =
            await db.AuditEvents
                .AsNoTracking()
                .Where(row => row.ErasureProof != null && row.Id > after)
                .OrderBy(row => row.Id)
                .Take(BatchSize)
                .ToListAsync(cancellationToken);
        var old = erased.Where(row => !proofs.IsCurrent(row.ErasureProof!) && proofs.IsGenuine(row)).ToList();
        var pseudonyms = await PseudonymsAsync(old, db, cancellationToken);
        await audit.LockAsync(pseudonyms.Select(pair => pair.Pseudonym), cancellationToken);
        foreach (var group in pseudonyms.GroupBy(pair => pair.Pseudonym, pair => pair.Event))
        {
            await audit.RenewAsync(group.Key, [.. group], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return (old.Count, erased.Count == BatchSize ? erased[^1].Id : null);
    }

    // Of the two ids in a row, the one that the database function would leave unchanged.
    private static async Task<IReadOnlyList<(Guid Pseudonym, AuditEvent Event)>> PseudonymsAsync(
        List<AuditEvent> events, AuthDbContext db, CancellationToken cancellationToken)
    {
        var ids = events.SelectMany(audit => new[] { audit.SubjectId, audit.ActorId }).OfType<Guid>().Distinct().ToList();
        var alive = await db.Users.Where(user => ids.Contains(user.Id)).Select(user => user.Id).ToHashSetAsync(cancellationToken);
        return
        [
            .. from audit in events
               let stands = AuditPersonal.Of(audit)
               let pseudonym = new[] { audit.SubjectId, audit.ActorId }.FirstOrDefault(
                   id => id is { } found && !alive.Contains(found) && stands.Without(found, found) == stands)
               where pseudonym is not null
               select (pseudonym.Value, audit),
        ];
    }
}
