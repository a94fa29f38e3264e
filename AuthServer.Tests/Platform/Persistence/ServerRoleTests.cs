using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Platform.Persistence;

public sealed class ServerRoleTests(MigratedDatabase database) : IClassFixture<MigratedDatabase>
{
    private const string AddEvent = "INSERT INTO audit_events (type, outcome, occurred_at) VALUES ('test', 'success', now())";

    [Theory]
    [InlineData("CREATE TABLE mine (id int)")]
    [InlineData("CREATE SCHEMA mine")]
    [InlineData("ALTER TABLE users ADD COLUMN mine int")]
    [InlineData("ALTER TABLE audit_events DISABLE TRIGGER ALL")]
    [InlineData("DROP TABLE audit_events")]
    [InlineData("DROP TRIGGER audit_events_append_only ON audit_events")]
    [InlineData("CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")]
    [InlineData("CREATE INDEX mine ON users (email)")]
    [InlineData("SET session_replication_role = replica")]
    [InlineData("""DELETE FROM "__EFMigrationsHistory" """)]
    [InlineData("TRUNCATE sessions")]
    public async Task The_server_cannot_change_the_schema(string sql) =>
        (await RefusalOfAsync(database.Value.ServerConnection, sql)).Should().Be(PostgresErrorCodes.InsufficientPrivilege);

    [Theory]
    [InlineData("UPDATE audit_events SET reason = 'x'")]
    [InlineData("DELETE FROM audit_events")]
    [InlineData("TRUNCATE audit_events")]
    [InlineData("UPDATE audit_seals SET hash = ''")]
    [InlineData("DELETE FROM audit_seals")]
    [InlineData("TRUNCATE audit_seals")]
    [InlineData("SELECT remove_sealed_events(now())")]
    [Trait("ASVS", "16.4.2")]
    public async Task Nobody_can_change_the_audit_log_not_even_its_owner(string sql)
    {
        await database.Value.ExecuteAsync(AddEvent);

        (await RefusalOfAsync(database.Value.ServerConnection, sql)).Should().Be(PostgresErrorCodes.InsufficientPrivilege);
        (await RefusalOfAsync(database.Value.OwnerConnection, sql)).Should().Be(PostgresErrorCodes.InsufficientPrivilege);
        (await database.Value.QueryAsync<long>("SELECT count(*) FROM audit_events WHERE type = 'test' AND reason IS NULL")).Should()
            .BePositive();
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task The_server_cannot_lift_what_protects_the_audit_log() =>
        (await RefusalOfAsync(
            database.Value.ServerConnection, "SELECT set_config('authserver.audit_exception', 'on', false); DELETE FROM audit_events"))
                .Should().Be(PostgresErrorCodes.InsufficientPrivilege);

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Nobody_is_erased_from_the_audit_log_whose_account_is_there()
    {
        await database.Value.ExecuteAsync(
            "INSERT INTO users (id, email, normalized_email, status, email_confirmed, phone_number_confirmed, two_factor_enabled, "
                + "lockout_enabled, access_failed_count, token_version, created_at) VALUES ('0190aaaa-0000-7000-8000-000000000001', "
                + "'e@example.com', 'e@example.com', 'active', true, false, false, false, 0, 1, now())");

        (await RefusalOfAsync(
            database.Value.ServerConnection,
            "SELECT erase_from_audit('0190aaaa-0000-7000-8000-000000000001', gen_random_uuid(), '{}', '{}')")).Should()
                .Be(PostgresErrorCodes.InsufficientPrivilege);
        (await RefusalOfAsync(
            database.Value.ServerConnection,
            "SELECT erase_from_audit('0190aaaa-0000-7000-8000-000000000002', gen_random_uuid(), '{}', '{}')")).Should().BeNull();
        (await RefusalOfAsync(
            database.Value.ServerConnection,
            "SELECT erase_from_audit('0190aaaa-0000-7000-8000-000000000002', '0190aaaa-0000-7000-8000-000000000001', '{}', '{}')"))
            .Should().Be(PostgresErrorCodes.InsufficientPrivilege, "nothing may be put on somebody who is there");
        (await RefusalOfAsync(
            database.Value.ServerConnection,
            "SELECT erase_from_audit('0190aaaa-0000-7000-8000-000000000002', gen_random_uuid(), '{1}', '{x}')"))
            .Should().Be(PostgresErrorCodes.InsufficientPrivilege, "that is no proof");
    }

    [Theory]
    [InlineData("BEGIN; {delete}; {erase}; {insert}; COMMIT")]
    [InlineData("BEGIN; {delete}; {erase}; COMMIT; BEGIN; {insert}; COMMIT")]
    [InlineData("{rename}; BEGIN; {erase}; COMMIT; UPDATE users SET id = '{id}' WHERE email = '{id}@example.com'")]
    [InlineData("BEGIN; {delete}; {erase}; COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; {insert}; COMMIT")]
    [InlineData("DELETE FROM erased_ids")]
    [InlineData("{delete}; BEGIN ISOLATION LEVEL REPEATABLE READ; {erase}; COMMIT; {insert}")]
    [Trait("ASVS", "16.4.2")]
    public async Task Nobody_whose_events_were_blanked_comes_back(string sql)
    {
        var id = Guid.NewGuid();
        var insert = NewUser(id);
        await database.Value.ExecuteAsync(insert);
        await database.Value.ExecuteAsync(
            "INSERT INTO audit_events (type, outcome, occurred_at, actor_id) VALUES ('test', 'success', now(), @id)", ("id", id));

        (await RefusalOfAsync(database.Value.ServerConnection, sql.Split("; ").Select(step => step
            .Replace("{delete}", $"DELETE FROM users WHERE id = '{id}'", StringComparison.Ordinal)
            .Replace("{rename}", $"UPDATE users SET id = gen_random_uuid() WHERE id = '{id}'", StringComparison.Ordinal)
            .Replace("{insert}", insert, StringComparison.Ordinal)
            .Replace("{erase}", $"""
                SELECT erase_from_audit('{id}', gen_random_uuid(), ARRAY[id], ARRAY[decode(repeat('00', 68), 'hex')])
                    FROM audit_events WHERE actor_id = '{id}'
                """, StringComparison.Ordinal)
            .Replace("{id}", $"{id}", StringComparison.Ordinal)))).Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Nobody_comes_back_who_is_added_while_their_events_are_blanked()
    {
        var id = Guid.NewGuid();
        await using var eraser = new NpgsqlConnection(database.Value.ServerConnection + ";Pooling=false");
        await eraser.OpenAsync();
        await using var transaction = await eraser.BeginTransactionAsync();
        await using var erase =
            new NpgsqlCommand($"SELECT erase_from_audit('{id}', gen_random_uuid(), '{{}}', '{{}}')", eraser, transaction);
        await erase.ExecuteNonQueryAsync();

        var adding = RefusalOfAsync(database.Value.ServerConnection, NewUser(id));
        await Eventually.TrueAsync(
            () => database.Value.QueryAsync<bool>("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"),
            "somebody waiting");
        await transaction.CommitAsync();

        (await adding).Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }

    // Otherwise a forged oldest "seal" could name events to remove, or use up the remaining numbers.
    [Theory]
    [InlineData("0", "array_agg(id)", "'2000-01-01'", "max(id)")]
    [InlineData("1", "array_agg(id ORDER BY id)", "'2000-01-01'", "max(id)")]
    [InlineData("1", "array_agg(id ORDER BY id)", "max(occurred_at)", "9223372036854775807")]
    [InlineData("7", "array_agg(id ORDER BY id)", "max(occurred_at)", "max(id)")]
    [InlineData("1", "array_agg(id ORDER BY id) FILTER (WHERE reason IS NOT NULL)", "max(occurred_at)", "max(id)")]
    [InlineData("1", "array_agg(id ORDER BY id DESC)", "max(occurred_at)", "max(id)")]
    [Trait("ASVS", "16.4.2")]
    public async Task The_server_cannot_make_up_a_seal(string number, string events, string newest, string last)
    {
        await database.Value.ExecuteAsync(AddEvent);
        await database.Value.ExecuteAsync(
            AddEvent.Replace("outcome,", "outcome, reason,", StringComparison.Ordinal)
                .Replace("'success',", "'success', 'one',", StringComparison.Ordinal));

        (await RefusalOfAsync(database.Value.ServerConnection, MakeUp(number, events, newest, last))).Should()
            .Be(PostgresErrorCodes.InsufficientPrivilege);
        (await RefusalOfAsync(
            database.Value.ServerConnection,
            "BEGIN;" + MakeUp("1", "array_agg(id ORDER BY id)", "max(occurred_at)", "max(id)") + "; ROLLBACK")).Should()
                .BeNull("that is how the next one looks");

        static string MakeUp(string number, string events, string newest, string last) => $"""
            INSERT INTO audit_seals (id, first_event_id, last_event_id, event_count, newest_event_at, sealed_at, event_ids, event_hashes,
                events_hash, previous_hash, hash, key_id, signature)
            SELECT {number}, min(id), {last}, cardinality({events}), {newest}, now(), {events},
                decode(repeat('00', 32 * cardinality({events})), 'hex'), decode(repeat('00', 32), 'hex'), '',
                decode(repeat('00', 32), 'hex'), 'x', ''
            FROM audit_events
            """;
    }

    [Fact]
    public async Task The_server_can_add_to_the_audit_log() =>
        (await RefusalOfAsync(database.Value.ServerConnection, AddEvent)).Should().BeNull();

    private static string NewUser(Guid id) =>
        "INSERT INTO users (id, email, normalized_email, status, email_confirmed, phone_number_confirmed, two_factor_enabled, "
            + "lockout_enabled, access_failed_count, token_version, created_at) VALUES "
            + $"('{id}', '{id}@example.com', '{id}@example.com', 'active', true, false, false, false, 0, 1, now())";

    private static Task<string?> RefusalOfAsync(string address, string sql) => RefusalOfAsync(address, [sql]);

    private static async Task<string?> RefusalOfAsync(string address, IEnumerable<string> steps)
    {
        await using var connection = new NpgsqlConnection(address + ";Pooling=false");
        await connection.OpenAsync();
        try
        {
            foreach (var step in steps)
            {
                await using var command = new NpgsqlCommand(step, connection);
                await command.ExecuteNonQueryAsync();
            }

            return null;
        }
        catch (PostgresException exception)
        {
            return exception.SqlState;
        }
    }
}
