using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Finds out whether the names about to be saved are somebody else's, and holds them until the open transaction ends. The unique indexes
/// still decide, but PostgreSQL writes the address of whom they refuse into its log.
/// </summary>
internal static class NamesInUse
{
    private const string Sql = """
        SELECT EXISTS (SELECT 1 FROM users WHERE normalized_user_name = ANY (@user_names) AND id <> ALL (@ids)),
            EXISTS (SELECT 1 FROM users WHERE normalized_email = ANY (@addresses) AND id <> ALL (@ids))
        """;

    /// <summary>Null if all of them are free. A guest has none.</summary>
    public static async Task<AccountCommitOutcome?> FindTakenNameAsync(this AuthDbContext db, CancellationToken cancellationToken)
    {
        var people = db.ChangeTracker.Entries<User>().Where(user => !user.Entity.IsAnonymous).ToList();
        var (userNames, addresses) = (New(people, user => user.NormalizedUserName), New(people, user => user.NormalizedEmail));
        return userNames.Length + addresses.Length == 0
            ? null
            : await FindAsync(db.Connection(), userNames, addresses, [.. people.Select(user => user.Entity.Id)], cancellationToken);
    }

    /// <summary>The names that accounts will no longer have once the changes are saved.</summary>
    public static string[] FindFormerNames(this AuthDbContext db) =>
    [
        .. db.ChangeTracker.Entries<User>()
            .Where(user => user.State == EntityState.Modified)
            .SelectMany(user => new[] { user.Property(name => name.NormalizedEmail), user.Property(name => name.NormalizedUserName) })
            .Where(name => name.IsModified)
            .Select(name => name.OriginalValue)
            .OfType<string>(),
    ];

    // The lock comes first, in a statement of its own: whoever waited for it sees what was committed meanwhile.
    private static async Task<AccountCommitOutcome?> FindAsync(
        NpgsqlConnection connection, string[] userNames, string[] addresses, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(AdvisoryLocks.Names([.. userNames, .. addresses]));
        batch.BatchCommands.Add(SqlStep.Of(Sql).Add("user_names", userNames).Add("addresses", addresses).Add("ids", ids));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        // The user name first: otherwise one that is taken would ask about any address without creating an account.
        return row.GetBoolean(0) ? AccountCommitOutcome.UserNameTaken : row.GetBoolean(1) ? AccountCommitOutcome.EmailTaken : null;
    }

    private static string[] New(
        IEnumerable<EntityEntry<User>> people, System.Linq.Expressions.Expression<Func<User, string?>> name) =>
    [
        .. people
            .Where(user => user.State == EntityState.Added || user.Property(name).IsModified)
            .Select(user => user.Property(name).CurrentValue)
            .OfType<string>(),
    ];
}
