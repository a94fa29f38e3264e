using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>
/// Serialises changes of the signing keys, by replicas and the command line, and notifies every replica.
/// </summary>
internal static class SigningKeyLock
{
    // A key that is to sign at once must do so on replicas with slow clocks as well.
    private static readonly TimeSpan Lead = TimeSpan.FromHours(1);

    /// <summary>The transaction to change them in; it has the lock.</summary>
    public static async Task<IDbContextTransaction> BeginAsync(AuthDbContext db, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakeAsync(db, AdvisoryLocks.SigningKeys, cancellationToken);
        return transaction;
    }

    /// <summary>Makes every replica reload the keys when the transaction is committed.</summary>
    public static Task TellAsync(AuthDbContext db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({KeyRing.ChannelName}, '')", cancellationToken);

    /// <summary>The activation time with which a key signs at once: the youngest active one signs.</summary>
    public static DateTimeOffset AtOnce(DateTimeOffset now, IEnumerable<SigningKey> others) =>
        others.Select(key => key.ActivatesAt).Where(at => at <= now).Select(at => at.AddMilliseconds(1)).Append(now - Lead).Max();
}
