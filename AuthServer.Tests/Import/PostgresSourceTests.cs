using AuthServer.Import;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

/// <summary>The old system's database: unreachable, access denied, or different from what was expected.</summary>
public sealed class PostgresSourceTests(ImportDesk desk) : IClassFixture<ImportDesk>, IAsyncLifetime
{
    private OldSystem _old = null!;

    public async Task InitializeAsync() => _old = await OldSystem.StartAsync();

    public async Task DisposeAsync() => await _old.DisposeAsync();

    [Fact]
    public async Task A_database_that_does_not_answer_is_named_without_the_password()
    {
        var port = ServerProgram.FreePort();

        var reason = await desk.RefusalOfAsync(ImportDesk.Physicians($"postgresql://reader:hush-hush@127.0.0.1:{port}/dd"));

        reason.Should().Be($"The source at 127.0.0.1:{port} does not answer.");
    }

    [Theory]
    [InlineData("dd_api.grups")]
    [InlineData("nowhere.groups")]
    [InlineData("groups\"; DROP TABLE dd_api.groups; --")]
    public async Task A_table_that_is_not_there_is_named(string table) =>
        (await desk.RefusalOfAsync(ImportDesk.Physicians(_old.Url) with { Table = table })).Should()
            .Contain($"no table {table} in the source");

    [Fact]
    public async Task Whoever_may_not_read_the_table_is_told_what_to_grant() =>
        (await desk.RefusalOfAsync(ImportDesk.Physicians(_old.StrangersUrl))).Should()
            .Contain("GRANT USAGE ON SCHEMA dd_api TO authserver; GRANT SELECT ON dd_api.groups TO authserver;");

    [Fact]
    public async Task A_wrong_password_or_database_is_told()
    {
        var url = new Uri(_old.Url);

        (await desk.RefusalOfAsync(
            ImportDesk.Physicians($"postgresql://authserver_owner:hush-hush@{url.Authority.Split('@')[^1]}{url.AbsolutePath}")))
                .Should()
                .Contain("does not accept authserver_owner").And
                .NotContain("hush");
        (await desk.RefusalOfAsync(
            ImportDesk.Physicians($"postgresql://authserver_owner@{url.Authority.Split('@')[^1]}{url.AbsolutePath}"))).Should()
                .EndWith("wants a password for authserver_owner, and none was given: set PGPASSWORD.");
        (await desk.RefusalOfAsync(ImportDesk.Physicians(_old.Url + "_not"))).Should().Contain("There is no database");
        (await desk.RefusalOfAsync(ImportDesk.Physicians("postgresql://"))).Should().Contain("cannot be read");
    }

    [Fact]
    public async Task A_column_that_is_missing_there_ends_it_before_anything_happens()
    {
        await _old.ExecuteAsync("ALTER TABLE dd_api.groups RENAME email TO mail");

        (await desk.RefusalOfAsync(ImportDesk.Physicians(_old.Url) with { Map = ImportDesk.Sample("columns.json") })).Should()
            .Contain("missing: email");
    }

    // Reading must not be able to change anything in the source.
    [Fact]
    public async Task Reading_cannot_change_anything_there()
    {
        await _old.ExecuteAsync("""
            CREATE TABLE dd_api.readers (at timestamptz);
            CREATE FUNCTION dd_api.notice() RETURNS text LANGUAGE sql AS $$ INSERT INTO dd_api.readers VALUES (now()) RETURNING 'x' $$;
            CREATE VIEW dd_api.curious AS SELECT *, dd_api.notice() AS noticed FROM dd_api.groups
            """);

        var reason =
            await desk.RefusalOfAsync(
                ImportDesk.Physicians(_old.Url) with
                {
                    Table = "dd_api.curious",
                    Map = await desk.WriteAsync("curious.json", """{"specialty":"noticed"}""")
                });

        reason.Should().Contain("cannot execute INSERT in a read-only transaction");
    }

    [Fact]
    public async Task A_cell_of_ten_megabytes_costs_its_row_alone()
    {
        await _old.ExecuteAsync("UPDATE dd_api.groups SET specialty = repeat('x', 10 * 1024 * 1024) WHERE group_id = 1");

        var told = await desk.ImportAsync(ImportDesk.Physicians(_old.Url) with { IsDryRun = true });

        (told.Row(1).Reason, told.Row(1).Note, told.Summary.Created).Should().Be((RowReasons.FieldTooLong, "specialty", 36L));
    }
}
