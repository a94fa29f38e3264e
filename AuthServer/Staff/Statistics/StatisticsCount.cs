using AuthServer.AuditTrail;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Staff.Statistics;

/// <summary>
/// Counts the statistics of the platform and all tenants together, every minute and on one replica at a time. A past day is not
/// counted again. Request timeouts do not apply, because no request waits except for the very first count.
/// </summary>
internal sealed class StatisticsCount(NpgsqlDataSource database, TimeProvider clock, ILogger<StatisticsCount> logger)
    : PeriodicJob(TimeSpan.FromMinutes(1), clock, logger)
{
    private const int PatienceInSeconds = 120;

    // How late events of the previous day can still be written.
    private static readonly TimeSpan Afterwards = TimeSpan.FromMinutes(5);

    private const string Into = "INSERT INTO figures (tenant_id, measure, key, value, counted_at)";
    private const string Again =
        "ON CONFLICT (tenant_id, measure, key) DO UPDATE SET value = excluded.value, counted_at = excluded.counted_at";
    private const string Day = "YYYY-MM-DD";

    // Accounts that are neither disabled nor invited are active. Those two are few and indexed, so no account rows need to be read.
    private const string PeopleSql = $"""
        WITH members AS MATERIALIZED (
            SELECT tenant_id, count(*) AS people FROM (SELECT DISTINCT tenant_id, user_id FROM memberships) AS m GROUP BY tenant_id),
        special AS MATERIALIZED (
            SELECT id, 'disabled' AS status FROM users WHERE status = 'disabled'
            UNION ALL SELECT id, 'invited' FROM users WHERE invited_at IS NOT NULL AND password_hash IS NULL AND status = 'active'),
        totals AS MATERIALIZED (
            SELECT NULL::uuid AS tenant_id, count(*) AS people FROM users
            UNION ALL SELECT t.id, coalesce(m.people, 0) FROM tenants t LEFT JOIN members m ON m.tenant_id = t.id),
        statuses AS MATERIALIZED (
            SELECT NULL::uuid AS tenant_id, status, count(*) AS people FROM special GROUP BY status
            UNION ALL SELECT m.tenant_id, s.status, count(DISTINCT s.id) FROM special s JOIN memberships m ON m.user_id = s.id
                GROUP BY m.tenant_id, s.status)
        {Into}
        SELECT tenant_id, '{StatisticNames.People}', 'all', people, @now FROM totals
        UNION ALL SELECT NULL, '{StatisticNames.ByTenant}', tenant_id::text, people, @now FROM totals WHERE tenant_id IS NOT NULL
        UNION ALL SELECT tenant_id, '{StatisticNames.ByStatus}', status, people, @now FROM statuses
        UNION ALL SELECT tenant_id, '{StatisticNames.ByStatus}', 'active', people - coalesce((SELECT sum(s.people) FROM statuses s
            WHERE s.tenant_id IS NOT DISTINCT FROM totals.tenant_id), 0), @now FROM totals
        UNION ALL SELECT NULL, '{StatisticNames.ByRole}', r.name, h.people, @now
            FROM (SELECT role_id, count(*) AS people FROM user_roles GROUP BY role_id) AS h JOIN roles r ON r.id = h.role_id
        UNION ALL SELECT tenant_id, '{StatisticNames.ByRole}', role, count(*), @now FROM memberships GROUP BY tenant_id, role
        {Again}
        """;

    private const string DaysSql = $"""
        {Into}
        SELECT NULL, '{StatisticNames.NewPerDay}', to_char(created_at AT TIME ZONE 'UTC', '{Day}'), count(*), @now FROM users
            WHERE created_at >= @since GROUP BY 3
        UNION ALL
        SELECT tenant_id, '{StatisticNames.NewPerDay}', to_char(created_at AT TIME ZONE 'UTC', '{Day}'), count(DISTINCT user_id), @now
            FROM memberships WHERE created_at >= @since GROUP BY tenant_id, 3
        UNION ALL
        SELECT tenant_id, '{StatisticNames.SignInsPerDay}', day, number, @now FROM (
            SELECT tenant_id, grouping(tenant_id) AS is_platform, to_char(occurred_at AT TIME ZONE 'UTC', '{Day}') AS day,
                count(*) AS number
            FROM audit_events WHERE type = '{AuditEvents.SignedIn}' AND occurred_at >= @since
                GROUP BY GROUPING SETS ((3), (3, tenant_id))) AS s
        WHERE is_platform = 1 OR tenant_id IS NOT NULL
        {Again}
        """;

    // Removes values that this count did not produce: roles nobody has any more, days that are too long ago.
    private const string ForgetSql = $"""
        DELETE FROM figures WHERE counted_at < @now
            AND (measure NOT IN ('{StatisticNames.NewPerDay}', '{StatisticNames.SignInsPerDay}') OR key >= @since_day OR key < @first_day)
        """;

    private readonly TimeProvider _clock = clock;

    public override Task<int> RunAsync(CancellationToken cancellationToken) =>
        RunAsync("SELECT pg_try_advisory_xact_lock(@lock)", cancellationToken);

    /// <summary>For a reader that finds no values yet: waits for a replica that is counting at the moment.</summary>
    public Task<int> WaitAndRunAsync(CancellationToken cancellationToken) =>
        RunAsync("SELECT pg_advisory_xact_lock(@lock) IS NOT NULL", cancellationToken);

    private async Task<int> RunAsync(string takeLock, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var lockCommand = new NpgsqlCommand(takeLock, connection) { CommandTimeout = PatienceInSeconds };
        lockCommand.Add("lock", AdvisoryLocks.Statistics);
        if (await lockCommand.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return 0;
        }

        var now = _clock.GetUtcNow();
        var first = now.UtcDateTime.Date.AddDays(1 - StatisticNames.Days);
        var counted = (await LastAsync(connection, cancellationToken) - Afterwards)?.UtcDateTime.Date ?? first;
        var since = counted > first ? counted : first;
        await using var batch = new NpgsqlBatch(connection) { Timeout = PatienceInSeconds };
        batch.BatchCommands.Add(new("SET LOCAL jit = off"));
        batch.BatchCommands.Add(SqlStep.Of(PeopleSql).Add("now", now));
        batch.BatchCommands.Add(SqlStep.Of(DaysSql).Add("now", now).Add("since", new DateTimeOffset(since, TimeSpan.Zero)));
        batch.BatchCommands.Add(SqlStep.Of(ForgetSql).Add("now", now).Add("since_day", KeyOf(since)).Add("first_day", KeyOf(first)));
        var written = await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return written;
    }

    private static async Task<DateTimeOffset?> LastAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command =
            new NpgsqlCommand(
                $"SELECT counted_at FROM figures WHERE tenant_id IS NULL AND measure = '{StatisticNames.People}'", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at) : null;
    }

    private static string KeyOf(DateTime day) => StatisticNames.KeyOf(DateOnly.FromDateTime(day));
}
