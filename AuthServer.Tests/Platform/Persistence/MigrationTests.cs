using AuthServer.Migrations;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Persistence;

public sealed class MigrationTests
{
    [Fact]
    public async Task Four_replicas_that_migrate_an_empty_database_at_once_do_it_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var outputs = Enumerable.Range(0, 4).Select(_ => new StringWriter()).ToList();

        var codes =
            await Task.WhenAll(
                outputs.Select(
                    output => Task.Run(() => DatabaseMigration.RunAsync(database.OwnerConnection, database.ServerConnection, output))));

        codes.Should().Equal(0, 0, 0, 0);
        outputs.Count(output => output.ToString().Contains("Applying", StringComparison.Ordinal)).Should().Be(1);
        outputs.Count(output => output.ToString().Contains("up to date", StringComparison.Ordinal)).Should().Be(3);
        (await database.QueryAsync<string>("""SELECT max("MigrationId") FROM "__EFMigrationsHistory" """)).Should()
            .Be(SchemaVersion.Expected);
    }

    [Fact]
    public async Task Migrating_a_database_that_is_up_to_date_changes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        var output = new StringWriter();

        (await DatabaseMigration.RunAsync(database.OwnerConnection, database.ServerConnection, output)).Should().Be(0);

        output.ToString().Trim().Should().Be("The database is up to date.");
    }

    [Fact]
    public async Task An_address_that_cannot_be_read_is_said_and_nothing_is_tried()
    {
        var output = new StringWriter();

        (await DatabaseMigration.RunAsync("postgresql://", "postgresql://", output)).Should().Be(78);

        output.ToString().Should().Contain("MIGRATIONS_DATABASE_URL");
    }
}
