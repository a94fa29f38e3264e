using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Compliance.Erasure;

/// <summary>Why an account is erased (one word, for the audit log) and where the request came from.</summary>
internal sealed record ErasureOrder(string Reason, RequestOrigin Origin)
{
    /// <summary>The member of staff who does it; null for the server.</summary>
    public Guid? By { get; init; }

    public Guid? TenantId { get; init; }
}

/// <summary>
/// The result of an erasure: the pseudonym that replaces the person in the audit log, which cannot be traced back to them, and the
/// ended sessions, to be passed to <see cref="RevocationFeed.Refuse"/> after the commit.
/// </summary>
internal sealed record ErasedAccount(Guid Pseudonym, IReadOnlyList<Guid> Ended);

/// <summary>
/// Erases an account and all personal data about it in every table. Events stay on record with a random pseudonym in place of the
/// person.
/// </summary>
internal sealed class AccountErasure(
    AuthDbContext db, AccessTermination access, SignInLocks locks, ReferencesInOtherRows traces, AuditErasure audit,
    RevocationFeed feed, TimeProvider clock)
{
    /// <summary>The version stored in <c>revocations</c> for an erased account: every token of it is refused.</summary>
    public const int GoneVersion = int.MaxValue;

    /// <summary>Runs in the open transaction; the context must have no unsaved changes.</summary>
    public async Task<ErasedAccount> EraseAsync(User user, ErasureOrder order, CancellationToken cancellationToken)
    {
        // Lock the person first and dependent rows after it, in the same order as everywhere else.
        await RowLock.UserAndKeyAsync(db, user.Id, cancellationToken);
        var ended = await access.EndAsync(user.Id, RevocationReason.AccountDeleted, order.Origin, order.By, cancellationToken);
        await locks.ClearAsync(user, cancellationToken);

        var (pseudonym, now) = (Guid.NewGuid(), clock.GetUtcNow());
        await traces.EraseAsync(user, pseudonym, cancellationToken);
        var keys = await audit.KeysOfAsync(user.Id, cancellationToken);
        await audit.LockAsync(keys.Append(user.Id), cancellationToken);
        db.Entry(user).State = EntityState.Detached;
        await db.Users.Where(found => found.Id == user.Id).ExecuteDeleteAsync(cancellationToken);
        await RefuseAsync(user.Id, now, cancellationToken);
        await audit.EraseAsync(user.Id, pseudonym, cancellationToken);
        await audit.EraseExposuresAsync(keys, pseudonym, cancellationToken);
        db.Audit(AuditEvents.UserErased, now, order.Origin, order.By, pseudonym, reason: order.Reason, tenant: order.TenantId);
        await db.SaveChangesAsync(cancellationToken);
        return new(pseudonym, ended);
    }

    private async Task RefuseAsync(Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RevocationInsert.OfAccount, db.Connection());
        command.Add("user_id", userId).Add("version", GoneVersion).Add("now", now).Add("refuse_until", feed.RefusedUntil(now));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
