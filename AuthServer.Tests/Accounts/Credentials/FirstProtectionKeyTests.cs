using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

public sealed class FirstProtectionKeyTests
{
    [Fact]
    public async Task Servers_that_start_together_on_a_new_database_make_one_key()
    {
        await using var database = await TestDatabase.CreateAsync();

        var servers =
            await Task.WhenAll(
                Enumerable.Range(0, 3).Select(_ => ServerProgram.ServeAsync(ServerProgram.GoodEnvironment(database.ServerConnection))));

        (await database.QueryAsync<long>("SELECT count(*) FROM data_protection_keys")).Should().Be(1);
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }
}
