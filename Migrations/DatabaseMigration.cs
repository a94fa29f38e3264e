using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace AuthServer.Migrations;

/// <summary>
/// Brings a database to the newest schema and gives the server's role what it needs and no more: it reads and writes
/// rows, cannot alter a table, and can only add to the audit log.
/// </summary>
internal static class DatabaseMigration
{
    public static async Task<int> RunAsync(string ownerUrl, string serverUrl, TextWriter output)
    {
        var (owner, server) = (DatabaseUrl.Parse(ownerUrl), DatabaseUrl.Parse(serverUrl));
        if (owner is null || server is null)
        {
            await output.WriteLineAsync(
                "MIGRATIONS_DATABASE_URL or DATABASE_URL cannot be read. Give postgresql://user:password@host:5432/database.");
            return 78;
        }

        await using var source = new NpgsqlDataSourceBuilder(owner.ConnectionString).BuildWritable();
        await using var connection = await source.OpenConnectionAsync();
        await DatabaseProbe.RefuseSharingAsync(connection, source, CancellationToken.None);
        if (DatabaseProbe.Fault(connection) is { } fault)
        {
            await output.WriteLineAsync($"The database was not migrated: {fault.Sentence}");
            return 1;
        }

        // Several replicas may be rolled out at once, each with its migration step: one works, the others wait and find nothing to do.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLocks.Migration})");
        await using var db = new AuthDbContext(ContextFactory.Options(connection));
        var missing = (await db.Database.GetPendingMigrationsAsync()).ToList();
        if (missing.Count == db.Database.GetMigrations().Count() && !await KnowsLettersAsync(connection))
        {
            await output.WriteLineAsync($"The database was not migrated: {OperatorFaults.OtherLetters}");
            return 1;
        }

        foreach (var migration in missing)
        {
            await output.WriteLineAsync($"Applying {migration}");
            await db.GetService<IMigrator>().MigrateAsync(migration);
        }

        if (server.Username is { Length: > 0 } role && role != owner.Username)
        {
            await GrantAsync(connection, role);
        }

        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLocks.Migration})");
        await output.WriteLineAsync(
            await IsNewerAsync(db) ? "The database has been migrated by a newer version; there was nothing to do."
            : missing.Count == 0 ? "The database is up to date."
            : $"Applied {missing.Count} migrations.");
        return 0;
    }

    private static async Task<bool> KnowsLettersAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT lower('I') = 'i'", connection);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    // Somebody goes back to the previous version, which newer migrations leave usable.
    private static async Task<bool> IsNewerAsync(AuthDbContext db) =>
        (await db.Database.GetAppliedMigrationsAsync()).Except(db.Database.GetMigrations(), StringComparer.Ordinal).Any();

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    // Every time, not in a migration: the role's name is the deployment's, and a later migration brings new tables.
    private static Task GrantAsync(NpgsqlConnection connection, string role)
    {
        var name = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return ExecuteAsync(connection, $"""
            GRANT USAGE ON SCHEMA public TO {name};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name};
            REVOKE INSERT, UPDATE, DELETE ON "__EFMigrationsHistory" FROM {name};
            REVOKE UPDATE, DELETE ON audit_events, audit_seals FROM {name};
            REVOKE ALL ON erased_ids FROM {name};
            GRANT EXECUTE ON FUNCTION remove_sealed_events(timestamptz), erase_from_audit(uuid, uuid, bigint[], bytea[]) TO {name};
            """);
    }
}
