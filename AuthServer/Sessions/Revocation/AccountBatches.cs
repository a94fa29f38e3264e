using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>Selects accounts: all, unless one of these narrows it.</summary>
internal sealed record AccountFilter
{
    public Guid? UserId { get; init; }

    /// <summary>The people of this tenant.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Excludes platform administrators.</summary>
    public bool SparesAdmins { get; init; }

    public bool WithPassword { get; init; }
}

/// <summary>
/// Processes accounts in batches of some hundreds, each in its own transaction: nobody waits long for its locks, and finished
/// batches stay done if it is stopped. Accounts created meanwhile come last and are included.
/// </summary>
internal sealed class AccountBatches(NpgsqlDataSource database)
{
    private const int PeopleAtOnce = 500;

    private const string NextSql = """
        SELECT u.id FROM users u
        WHERE u.id > @after AND (@user_id IS NULL OR u.id = @user_id)
            AND (@tenant_id IS NULL OR EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.tenant_id = @tenant_id))
            AND NOT (@spares_admins AND EXISTS (SELECT 1 FROM user_roles ur JOIN roles r ON r.id = ur.role_id
                WHERE ur.user_id = u.id AND r.name = 'admin'))
            AND (u.password_hash IS NOT NULL OR NOT @with_password)
        ORDER BY u.id LIMIT @many
        """;

    /// <param name="filter">The accounts.</param>
    /// <param name="act">Processes the accounts in the open transaction of the connection.</param>
    /// <param name="cancellationToken">Stops between two batches, or rolls the current one back.</param>
    public async Task ForEachAsync(AccountFilter filter, Func<Guid[], NpgsqlConnection, Task> act, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        for (var people = await NextAsync(filter, Guid.Empty, connection, cancellationToken); people.Length > 0; people = await NextAsync(
            filter, people[^1], connection, cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await act(people, connection);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task<Guid[]> NextAsync(
        AccountFilter filter, Guid after, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(NextSql, connection);
        command.Add("after", after);
        command.Add("many", PeopleAtOnce);
        command.Add("user_id", filter.UserId);
        command.Add("tenant_id", filter.TenantId);
        command.Add("spares_admins", filter.SparesAdmins);
        command.Add("with_password", filter.WithPassword);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var people = new List<Guid>(PeopleAtOnce);
        while (await row.ReadAsync(cancellationToken))
        {
            people.Add(row.GetGuid(0));
        }

        return [.. people];
    }
}
