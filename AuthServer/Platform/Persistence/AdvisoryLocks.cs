using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Locks that are taken in the database, over all replicas and the command line, where there is no row to lock. Every number is here, so
/// that no two mean the same; it must stay what it is, or two versions side by side would not wait for each other.
/// </summary>
internal static class AdvisoryLocks
{
    /// <summary>Of replicas that are rolled out together, one migrates.</summary>
    public const long Migration = 0x61757468;

    /// <summary>Of two that start on a new database, one makes the first Data Protection key.</summary>
    public const long FirstProtectionKey = 0x6470_6b65;

    /// <summary>Whoever changes the signing keys sees what the one before made of them.</summary>
    public const long SigningKeys = 0x6b65_7973;

    /// <summary>
    /// Of two administrators who take power from each other, the second finds themself the last; and only one is the first.
    /// </summary>
    public const long LastAdmin = 0x61_646d_696e;

    /// <summary>A seal is chained to the one before it.</summary>
    public const long AuditSealing = 0x61_7564_6974;

    /// <summary>The proof of an erasure tells what stands in a row afterwards, and two may meet in one row.</summary>
    public const long AuditErasure = 0x65_7261_7365;

    /// <summary>Two imports would make the same accounts.</summary>
    public const long Import = 0x696d_706f_7274;

    /// <summary>One replica counts for all.</summary>
    public const long Statistics = 0x66_6967_7572_6573;

    /// <summary>Waits for the lock, and has it until the open transaction ends.</summary>
    public static Task TakeAsync(AuthDbContext db, long id, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({id})", cancellationToken);

    /// <summary>Of two keys that are given one name at once, the second finds it taken.</summary>
    public static Task ApiKeyNameAsync(AuthDbContext db, Guid? tenantId, string name, CancellationToken cancellationToken)
    {
        var text = $"api-key {tenantId} {name}";
        return db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({text}, 0))", cancellationToken);
    }

    /// <summary>Of two who ask at once for a mail to one address, the second sees that the first has; as a step of a batch.</summary>
    public static NpgsqlBatchCommand MailAddress(string address) =>
        SqlStep.Of("SELECT pg_advisory_xact_lock(hashtextextended(@address, 0))").Add("address", address);
}
