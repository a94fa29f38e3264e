using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Import;

/// <summary>The sample in its own PostgreSQL database.</summary>
internal sealed class OldSystem : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private OldSystem(TestDatabase database) => _database = database;

    /// <summary>Connects as the owner.</summary>
    public string Url => UrlOf(_database.OwnerConnection);

    /// <summary>Connects as a role without any rights in it.</summary>
    public string StrangersUrl => UrlOf(_database.ServerConnection);

    public static async Task<OldSystem> StartAsync()
    {
        var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync(LegacySample.Sql());
        return new(database);
    }

    public Task<int> ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static string UrlOf(string connection)
    {
        var at = new NpgsqlConnectionStringBuilder(connection);
        return $"postgresql://{at.Username}:{Uri.EscapeDataString(at.Password ?? "")}@{at.Host}:{at.Port}/{at.Database}";
    }
}
