namespace AuthServer.Storm;

/// <summary>All devices there have been, to be compared with the database at the end.</summary>
internal sealed class Ledger
{
    private readonly List<Device> _devices = [];

    public void Add(IEnumerable<Device> devices) => _devices.AddRange(devices);

    public async Task CheckAsync(Cluster cluster, Report report)
    {
        var rows = await ReadAsync(cluster);
        var lost = _devices.Count(device => !rows.TryGetValue(device.SessionId, out var row)
            || row.Generation < device.Acknowledged
            || (device.WasToldEnded && !row.IsRevoked));
        var unexplained = _devices.Count(device => rows.TryGetValue(device.SessionId, out var row)
            && (row.Generation > device.Acknowledged + (device.IsInDoubt ? 1 : 0) || (row.IsRevoked && !device.HasAskedToEnd)));
        report.Add(lost == 0 && unexplained == 0 && _devices.Count > 0, "ledger",
            $"{_devices.Count} clients, {_devices.Sum(device => device.Acknowledgements)} acknowledged, {lost} lost, "
                + $"{unexplained} changed without being asked, {_devices.Count(device => device.IsInDoubt)} in doubt at the end");

        var reused = await cluster.CountAsync("SELECT count(*) FROM sessions WHERE revoked_reason = 'token_reused'");
        var unannounced =
            await cluster.CountAsync(
                "SELECT count(*) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.session_id = s.id AND e.type = "
                    + "'session.started')");
        var half = await cluster.CountAsync("""
            SELECT count(*) FROM sessions s WHERE revoked_at IS NOT NULL
                AND (NOT EXISTS (SELECT 1 FROM revocations r WHERE r.session_id = s.id) OR NOT EXISTS (SELECT 1 FROM audit_events e
                    WHERE e.session_id = s.id AND e.type IN ('session.ended', 'refresh_token.reused')))
            """);
        var accounts =
            await cluster.CountAsync(
                "SELECT count(*) FROM users u WHERE NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.subject_id = u.id AND e.type = "
                    + "'user.registered')");
        report.Add(reused == 0 && unannounced == 0 && half == 0 && accounts == 0, "invariants",
            $"{reused} sessions ended as reused, {unannounced} without a start in the audit log, {half} ended by halves, "
                + $"{accounts} accounts without a registration");
    }

    private async Task<Dictionary<Guid, (int Generation, bool IsRevoked)>> ReadAsync(Cluster cluster)
    {
        await using var command =
            cluster.Sql(
                "SELECT id, generation, revoked_at IS NOT NULL FROM sessions WHERE id = ANY (@ids)",
                ("ids", _devices.Select(device => device.SessionId).ToArray()));
        await using var row = await command.ExecuteReaderAsync();
        var rows = new Dictionary<Guid, (int, bool)>();
        while (await row.ReadAsync())
        {
            rows[row.GetGuid(0)] = (row.GetInt32(1), row.GetBoolean(2));
        }

        return rows;
    }
}
