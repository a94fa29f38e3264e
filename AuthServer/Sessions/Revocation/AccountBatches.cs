using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>Which accounts: all, unless one of these narrows it.</summary>
internal sealed record AccountFilter
{
    /// <summary>This one alone.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The people of this tenant.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Without the platform's administrators.</summary>
    public bool SparesAdmins { get; init; }

    /// <summary>Those that have a password.</summary>
    public bool WithPassword { get; init; }
}

/// <summary>
/// Goes through accounts in batches of some hundreds, each in a transaction of its own: nobody waits long for its locks, and finished
/// batches stay done when it is stopped. Accounts made meanwhile come last, and are included.
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

    /// <param name="filter">Whose.</param>
    /// <param name="act">What to do with these accounts, in the transaction that is open on the connection.</param>
    /// <param name="cancellationToken">Stops between two batches, or gives the current one up.</param>
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
