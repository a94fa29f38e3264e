using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>
/// Whoever changes the signing keys, on a replica or at the command line, takes their turn; and every replica hears of it.
/// </summary>
internal static class SigningKeyLock
{
    // A key that is to sign at once does so on replicas whose clocks are behind as well.
    private static readonly TimeSpan Lead = TimeSpan.FromHours(1);

    /// <summary>The transaction to change them in; it holds the turn.</summary>
    public static async Task<IDbContextTransaction> BeginAsync(AuthDbContext db, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakeTurnAsync(db, AdvisoryLocks.SigningKeys, cancellationToken);
        return transaction;
    }

    /// <summary>Has every replica read them anew when the transaction is committed.</summary>
    public static Task TellAsync(AuthDbContext db, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({KeyRing.ChannelName}, '')", cancellationToken);

    /// <summary>From when a key has to sign so that it does at once, before all others: the youngest active one signs.</summary>
    public static DateTimeOffset AtOnce(DateTimeOffset now, IEnumerable<SigningKey> others) =>
        others.Select(key => key.ActivatesAt).Where(at => at <= now).Select(at => at.AddMilliseconds(1)).Append(now - Lead).Max();
}
