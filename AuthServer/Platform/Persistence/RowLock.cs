using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Locks a row until the open transaction ends, but not its key: rows that refer to it can still be added.</summary>
internal static class RowLock
{
    public static Task UserAsync(AuthDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {id} FOR NO KEY UPDATE", cancellationToken);

    /// <summary>The same as a step of a batch.</summary>
    public static NpgsqlBatchCommand User(Guid id) => SqlStep.Of("SELECT 1 FROM users WHERE id = @id FOR NO KEY UPDATE").Add("id", id);

    /// <summary>Includes the key: no rows that refer to the account can be added meanwhile.</summary>
    public static Task UserAndKeyAsync(AuthDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {id} FOR UPDATE", cancellationToken);

    public static Task TenantAsync(AuthDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM tenants WHERE id = {id} FOR NO KEY UPDATE", cancellationToken);

    public static Task ApiKeyAsync(AuthDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM api_keys WHERE id = {id} FOR NO KEY UPDATE", cancellationToken);
}
