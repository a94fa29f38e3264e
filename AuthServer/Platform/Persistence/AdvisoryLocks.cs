using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Turns that are taken in the database, over all replicas and the command line, because there is no row to hold. Every number is here, so
/// that no two mean the same; it must stay what it is, or two versions side by side would not wait for each other.
/// </summary>
internal static class AdvisoryLocks
{
    /// <summary>Only one of the replicas in a rollout migrates.</summary>
    public const long Migration = 0x61757468;

    /// <summary>Only one of the replicas that start on a new database creates the first Data Protection key.</summary>
    public const long FirstProtectionKey = 0x6470_6b65;

    /// <summary>Changes of the signing keys see the result of the previous change.</summary>
    public const long SigningKeys = 0x6b65_7973;

    /// <summary>
    /// If two administrators demote each other, the second sees that it would be the last one; and only one first administrator is
    /// created.
    /// </summary>
    public const long LastAdmin = 0x61_646d_696e;

    /// <summary>Each seal is chained to the previous one.</summary>
    public const long AuditSealing = 0x61_7564_6974;

    /// <summary>The proof of an erasure covers the remaining content of a row, and two erasures may affect the same row.</summary>
    public const long AuditErasure = 0x65_7261_7365;

    /// <summary>Two concurrent imports would create the same accounts.</summary>
    public const long Import = 0x696d_706f_7274;

    /// <summary>One replica counts for all.</summary>
    public const long Statistics = 0x66_6967_7572_6573;

    /// <summary>Waits for the turn, and has it until the open transaction ends.</summary>
    public static Task TakeTurnAsync(AuthDbContext db, long turn, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({turn})", cancellationToken);

    /// <summary>If two keys are given the same name at once, the second sees the first.</summary>
    public static Task ApiKeyNameAsync(AuthDbContext db, Guid? tenantId, string name, CancellationToken cancellationToken)
    {
        var turn = $"api-key {tenantId} {name}";
        return db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({turn}, 0))", cancellationToken);
    }

    /// <summary>If two requests for a mail to one address come at once, the second sees the first; as a step of a batch.</summary>
    public static NpgsqlBatchCommand MailAddress(string address) =>
        SqlStep.Of("SELECT pg_advisory_xact_lock(hashtextextended(@address, 0))").Add("address", address);
}
