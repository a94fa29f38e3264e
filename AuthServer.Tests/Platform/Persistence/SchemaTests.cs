using AuthServer.Migrations;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AuthServer.Tests.Platform.Persistence;

/// <summary>The migrated database, the migrations' snapshot and the model describe the same schema.</summary>
public sealed class SchemaTests(MigratedDatabase database) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public async Task The_model_holds_nothing_that_no_migration_makes()
    {
        await using var db = NewContext();
        var snapshot = db.GetService<IMigrationsAssembly>().ModelSnapshot!.Model;
        var migrated = db.GetService<IModelRuntimeInitializer>()
            .Initialize(snapshot is IMutableModel mutable ? mutable.FinalizeModel() : snapshot);

        var differences = db.GetService<IMigrationsModelDiffer>()
            .GetDifferences(migrated.GetRelationalModel(), db.GetService<IDesignTimeModel>().Model.GetRelationalModel());

        differences.Select(difference => difference.GetType().Name).Should().BeEmpty();
    }

    [Fact]
    public async Task The_server_expects_the_last_migration()
    {
        await using var db = NewContext();

        db.Database.GetMigrations().Order(StringComparer.Ordinal).Last().Should().Be(SchemaVersion.Expected);
    }

    [Fact]
    public async Task Every_column_of_the_database_is_one_of_the_model()
    {
        var live = await ReadAsync("""
            SELECT format('%s.%s %s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN ' not null' ELSE '' END)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
                AND c.relname <> '__EFMigrationsHistory'
            """);

        live.Should().BeEquivalentTo(Model.Tables.SelectMany(table => table.Columns.Select(column =>
            $"{table.Name}.{column.Name} {column.StoreType}{(column.IsNullable ? "" : " not null")}")));
    }

    [Fact]
    public async Task Every_index_and_key_of_the_database_is_one_of_the_model()
    {
        var live = await ReadAsync("""
            SELECT format('%s %s(%s)%s', i.relname, c.relname,
                (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY AS k (attnum, place)
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum),
                CASE WHEN x.indisunique THEN ' unique' ELSE '' END)
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> '__EFMigrationsHistory'
            """);

        var indexes = Model.Tables.SelectMany(table => table.Indexes)
            .Select(index => Line(index.Name, index.Table, index.Columns, index.IsUnique));
        var keys = Model.Tables.SelectMany(table => table.UniqueConstraints)
            .Select(key => Line(key.Name, key.Table, key.Columns, isUnique: true));
        live.Should().BeEquivalentTo(indexes.Concat(keys));
    }

    [Fact]
    public async Task Every_foreign_key_of_the_database_is_one_of_the_model()
    {
        var live = await ReadAsync("""
            SELECT format('%s %s→%s %s', conname, conrelid::regclass, confrelid::regclass, confdeltype)
            FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
            """);

        live.Should().BeEquivalentTo(Model.Tables.SelectMany(table => table.ForeignKeyConstraints).Select(key =>
            $"{key.Name} {key.Table.Name}→{key.PrincipalTable.Name} {(key.OnDeleteAction == ReferentialAction.Cascade ? 'c' : 'a')}"));
    }

    [Fact]
    public async Task Every_name_in_the_database_is_snake_case()
    {
        var names = await ReadAsync("""
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION SELECT attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
                AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT LIKE '%EFMigrationsHistory'
            UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            """);

        // The only table named by the framework.
        names.Where(name => !name.EndsWith("EFMigrationsHistory", StringComparison.Ordinal)).Should().HaveCountGreaterThan(100)
            .And.AllSatisfy(name => name.Should().MatchRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$"));
    }

    private static IRelationalModel Model
    {
        get
        {
            using var db = NewContext();
            return db.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        }
    }

    private static AuthDbContext NewContext() => new ContextFactory().CreateDbContext([]);

    private static string Line(string name, ITable table, IEnumerable<IColumn> columns, bool isUnique) =>
        $"{name} {table.Name}({string.Join(',', columns.Select(column => column.Name))}){(isUnique ? " unique" : "")}";

    private async Task<List<string>> ReadAsync(string sql)
    {
        await using var command = database.Value.Owner.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await row.ReadAsync())
        {
            lines.Add(row.GetString(0));
        }

        return lines;
    }
}

/// <summary>A migrated database without a server.</summary>
public sealed class MigratedDatabase : IAsyncLifetime
{
    public TestDatabase Value { get; private set; } = null!;

    public async Task InitializeAsync() => Value = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await Value.DisposeAsync();
}
