using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>Why an account is erased, and on whose word.</summary>
/// <param name="Reason">In one word, for the audit log.</param>
/// <param name="Origin">Who asked.</param>
internal sealed record ErasureOrder(string Reason, RequestOrigin Origin)
{
    /// <summary>The member of staff who does it; null for the server.</summary>
    public Guid? By { get; init; }

    /// <summary>The tenant they act for.</summary>
    public Guid? TenantId { get; init; }
}

/// <summary>What is left of an account.</summary>
/// <param name="Pseudonym">Stands in the audit log for the person. Nothing leads from one to the other.</param>
/// <param name="Ended">Sessions; for <see cref="RevocationFeed.Refuse"/>, once it is committed.</param>
internal sealed record ErasedAccount(Guid Pseudonym, IReadOnlyList<Guid> Ended);

/// <summary>
/// Erases an account and everything that is personal about it, wherever it stands. What happened stays on record, about
/// nobody in particular: a random pseudonym takes the person's place.
/// </summary>
internal sealed class AccountErasure(
    AuthDbContext db, AccessTermination access, SignInLocks locks, ReferencesInOtherRows traces, AuditErasure audit,
    RevocationFeed feed, TimeProvider clock)
{
    /// <summary>In <c>revocations</c>: the account is gone, and not only what its tokens say of it.</summary>
    public const int GoneVersion = int.MaxValue;

    /// <summary>In the open transaction; nothing else may be waiting to be saved.</summary>
    public async Task<ErasedAccount> EraseAsync(User user, ErasureOrder order, CancellationToken cancellationToken)
    {
        // The person first, then what belongs to them: the order in which everything locks.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {user.Id} FOR UPDATE", cancellationToken);
        var ended = await access.EndAsync(user.Id, RevocationReason.AccountDeleted, order.Origin, order.By, cancellationToken);
        await locks.ClearAsync(user, cancellationToken);

        var (pseudonym, now) = (Guid.NewGuid(), clock.GetUtcNow());
        await traces.EraseAsync(user, pseudonym, cancellationToken);
        db.Entry(user).State = EntityState.Detached;
        await db.Users.Where(found => found.Id == user.Id).ExecuteDeleteAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO revocations (user_id, token_version, created_at, expires_at)
            VALUES ({user.Id}, {GoneVersion}, {now}, {feed.RefusedUntil(now)})
            """,
            cancellationToken);
        await audit.EraseAsync(user.Id, pseudonym, cancellationToken);
        db.Audit(AuditEvents.UserErased, now, order.Origin, order.By, pseudonym, reason: order.Reason, tenant: order.TenantId);
        await db.SaveChangesAsync(cancellationToken);
        return new(pseudonym, ended);
    }
}
