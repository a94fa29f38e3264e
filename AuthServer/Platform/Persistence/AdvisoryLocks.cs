using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Locks in the database, shared by all replicas and the command line, where there is no row to lock. All numbers are defined here, so
/// that no two are the same. They must not change; otherwise two versions running side by side would not wait for each other.
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

    // The database itself takes locks of two numbers, of which this is the first (see the function refuse_erased_id).
    private const int ErasedId = 0x6572_6173;

    /// <summary>Waits for the lock and holds it until the open transaction ends.</summary>
    public static Task TakeAsync(AuthDbContext db, long id, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({id})", cancellationToken);

    /// <summary>
    /// Takes before a statement the locks that adding accounts or keys of these ids takes in it, in one order, so that no two transactions
    /// wait for each other.
    /// </summary>
    public static Task AddedIdsAsync(AuthDbContext db, Guid[] ids, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync(
        $"""
        SELECT pg_advisory_xact_lock_shared({ErasedId}, b.bucket)
        FROM (SELECT DISTINCT erased_id_bucket(id) AS bucket FROM unnest({ids}) AS id ORDER BY 1) b
        """, cancellationToken);

    /// <summary>The same for erasing them.</summary>
    public static Task ErasedIdsAsync(AuthDbContext db, Guid[] ids, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync(
        $"""
        SELECT pg_advisory_xact_lock({ErasedId}, b.bucket)
        FROM (SELECT DISTINCT erased_id_bucket(id) AS bucket FROM unnest({ids}) AS id ORDER BY 1) b
        """, cancellationToken);

    /// <summary>If two keys are given the same name at once, the second sees the first.</summary>
    public static Task ApiKeyNameAsync(AuthDbContext db, Guid? tenantId, string name, CancellationToken cancellationToken)
    {
        var text = $"api-key {tenantId} {name}";
        return db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({text}, 0))", cancellationToken);
    }

    /// <summary>If two accounts, or two tenants, are given the same name at once, the second sees the first. A step of a batch.</summary>
    public static NpgsqlBatchCommand Names(IEnumerable<string> names)
    {
        // In one order, so that two batches do not wait for each other.
        string[] sorted = [.. names.Select(name => $"name {name}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return SqlStep.Of("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(@names) AS name").Add("names", sorted);
    }

    /// <summary>The same for one name.</summary>
    public static Task NameAsync(AuthDbContext db, string name, CancellationToken cancellationToken)
    {
        var text = $"name {name}";
        return db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({text}, 0))", cancellationToken);
    }

    /// <summary>If two requests for a mail to one address arrive at once, the second sees the first. A step of a batch.</summary>
    public static NpgsqlBatchCommand MailAddress(string address) =>
        SqlStep.Of("SELECT pg_advisory_xact_lock(hashtextextended(@address, 0))").Add("address", address);
}
