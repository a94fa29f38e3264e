using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Makes the copy of everything held about a person: all of it as it was at one moment, whatever happens meanwhile. A few at a time,
/// because each keeps a connection for as long as its reader takes, and
/// one for each person: who reads slowly must not keep the others waiting.
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

    /// <summary>The copy, to be written and disposed of; null where the account is gone.</summary>
    /// <exception cref="BusyException">Others are being made, or one for this person.</exception>
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

    private async Task<OpenedCopy> ConnectAsync(IDisposable slot, CancellationToken cancellationToken)
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

    // Before anything is shown, and in a transaction of its own: the snapshot is only read from.
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

    // The first look, from which on everything is as it was at this moment.
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

/// <summary>Whose copy it is.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Addresses">Its address, as given and canonical.</param>
/// <param name="Names">What stands for its names where failures are counted.</param>
internal sealed record ExportParameters(Guid UserId, string[] Addresses, byte[][] Names);
