using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Makes the copy of everything stored about a person, from one snapshot of the database. Only a few are made at a time, because each
/// holds a connection until it is made, but not while its reader takes it; and only one for each person until it is read.
/// </summary>
internal sealed class AccountExport(
    NpgsqlDataSource database,
    SignInThrottle throttle,
    [FromKeyedServices(AccountExport.Concurrency)] ExportConcurrency exports,
    TimeProvider clock)
{
    public const string Concurrency = "account-export";

    private static readonly string RecordSql = AuditInsert.Sql(
        $"'{AuditEvents.UserExported}'", actor: "id", subject: "id", tenant: "@tenant_id", session: "@session_id",
        from: "users WHERE id = @user");

    /// <summary>Opens the copy, to be written and disposed of; null if the account is gone.</summary>
    /// <exception cref="BusyException">Too many copies are being made, or one for this person is.</exception>
    public async Task<OpenedCopy?> OpenAsync(Caller caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var copy = await ConnectAsync(await exports.EnterAsync(caller.UserId, cancellationToken), cancellationToken);
        try
        {
            await RecordAsync(caller, origin, copy.Connection, cancellationToken);
            await copy.BeginAsync(cancellationToken);
            if (await FindAsync(caller.UserId, copy.Connection, cancellationToken) is { } parameters)
            {
                copy.Parameters = parameters;
                return copy;
            }
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }

        await copy.DisposeAsync();
        return null;
    }

    private async Task<OpenedCopy> ConnectAsync(ExportConcurrency.Slot slot, CancellationToken cancellationToken)
    {
        try
        {
            return new(await database.OpenConnectionAsync(cancellationToken), slot, clock.GetUtcNow());
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    // Recorded before any data is shown, in a transaction of its own, because the snapshot is read-only.
    private async Task RecordAsync(Caller caller, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = RecordSql;
        command.Add("now", clock.GetUtcNow());
        command.Add("user", caller.UserId);
        command.Add("session_id", caller.SessionId);
        command.Add("tenant_id", caller.TenantId);
        command.Parameters.AddOrigin(origin);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The first query determines the snapshot.
    private async Task<ExportParameters?> FindAsync(Guid userId, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT email, normalized_email, normalized_user_name FROM users WHERE id = @user";
        command.Add("user", userId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var names = new[] { row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2) }.OfType<string>();
        return new(userId, [row.GetString(0), row.GetString(1)], [.. names.Select(throttle.Identify)]);
    }
}

/// <summary>
/// Whose copy to make: the account, its address as given and in canonical form, and the keyed hashes under which failed sign-ins
/// are counted.
/// </summary>
internal sealed record ExportParameters(Guid UserId, string[] Addresses, byte[][] Names);
