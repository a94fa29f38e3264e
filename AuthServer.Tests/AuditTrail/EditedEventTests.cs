using AuthServer.AuditTrail;

namespace AuthServer.Tests.AuditTrail;

/// <summary>Whatever the database's owner does to sealed events, the check reports the first one that differs.</summary>
public sealed class EditedEventTests(AuditServer server) : IClassFixture<AuditServer>
{
    private static readonly Dictionary<string, string[]> Edits = new(StringComparer.Ordinal)
    {
        ["type"] = ["'user.closed'", "''"],
        ["outcome"] = ["'failure'", "'nonsense'"],
        ["occurred_at"] = ["occurred_at + interval '1 microsecond'", "occurred_at - interval '1 year'", "'infinity'", "'4000-01-01 BC'"],
        ["actor_id"] = ["gen_random_uuid()", "NULL", "subject_id"],
        ["subject_id"] = ["gen_random_uuid()", "NULL"],
        ["tenant_id"] = ["gen_random_uuid()", "NULL"],
        ["session_id"] = ["gen_random_uuid()", "NULL"],
        ["ip_address"] = ["'192.0.2.8'", "NULL"],
        ["user_agent"] = ["'an app '", "NULL", "''"],
        ["request_id"] = ["'another'", "NULL"],
        ["reason"] = ["'becaus'", "NULL"],
        ["detail"] = ["'detail 03'", "NULL"],
        ["salt"] = ["gen_random_uuid()", "NULL"],
        ["erasure_proof"] = ["'\\x00'", "decode(repeat('ab', 68), 'hex')"],
    };

    public static TheoryData<string, string> EveryEdit => ColumnEdits.Each(Edits);

    [Theory]
    [MemberData(nameof(EveryEdit))]
    [Trait("ASVS", "16.4.2")]
    public async Task An_edited_event_is_named_whichever_column_it_was(string column, string value)
    {
        var (seal, id) = await ChainAsync();

        var verdict = await server.VerifyTamperedAsync($"UPDATE audit_events SET {column} = {value} WHERE id = {id}");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventEdited, EventId = id, Seal = seal });
        (await server.VerifyAsync()).Fault.Should().BeNull();
    }

    // A column that is added later must not be left out of the hash.
    [Fact]
    public async Task Every_column_of_an_event_is_tried() =>
        Edits.Keys.Should().BeEquivalentTo(await ColumnEdits.ColumnsOfAsync(server.Database, "audit_events"));

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task A_removed_event_is_named()
    {
        var (seal, id) = await ChainAsync();

        var verdict = await server.VerifyTamperedAsync($"DELETE FROM audit_events WHERE id IN ({id}, {id + 5})");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventRemoved, EventId = id, Seal = seal });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [Trait("ASVS", "16.4.2")]
    public async Task A_removed_event_is_named_at_the_edges_of_a_seal_too(int position)
    {
        var (seal, _) = await ChainAsync();
        var id = await server.EventOfAsync(seal, position);

        (await server.VerifyTamperedAsync($"DELETE FROM audit_events WHERE id = {id}")).Fault.Should()
            .BeEquivalentTo(new { Kind = AuditFaultKinds.EventRemoved, EventId = id, Seal = seal });
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task An_event_with_another_id_is_named_as_removed()
    {
        var (seal, id) = await ChainAsync();

        (await server.VerifyTamperedAsync($"UPDATE audit_events SET id = DEFAULT WHERE id = {id}")).Fault.Should()
            .BeEquivalentTo(new { Kind = AuditFaultKinds.EventRemoved, EventId = id, Seal = seal });
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task An_inserted_event_is_named()
    {
        await ChainAsync();
        // Rolled back, so that there is an id without an event.
        var id = await server.Database.QueryAsync<long>("SELECT nextval(pg_get_serial_sequence('audit_events', 'id'))");
        await server.SealBatchesAsync(1);
        var seal = await server.NewestSealAsync();

        var verdict =
            await server.VerifyTamperedAsync(
                "INSERT INTO audit_events (id, type, outcome, occurred_at) OVERRIDING SYSTEM VALUE "
                    + $"VALUES ({id}, 'user.opened', 'success', now())");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventInserted, EventId = id, Seal = seal });
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task An_event_inserted_before_all_others_is_named()
    {
        await ChainAsync();

        (await server.VerifyTamperedAsync(
            "INSERT INTO audit_events (id, type, outcome, occurred_at) OVERRIDING SYSTEM VALUE "
                + "VALUES (-7, 'user.opened', 'success', now())"))
            .Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventInserted, EventId = -7, Seal = 1 });
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Of_two_swapped_events_the_first_is_named()
    {
        var (seal, id) = await ChainAsync();
        const string Columns =
            "type, outcome, occurred_at, actor_id, subject_id, tenant_id, session_id, ip_address, user_agent, request_id, reason, "
                + "detail, salt, erasure_proof";
        var values = string.Join(", ", Columns.Split(", ").Select(column => $"o.{column}"));

        var verdict =
            await server.VerifyTamperedAsync(
                $"UPDATE audit_events a SET ({Columns}) = ROW({values}) FROM audit_events o "
                    + $"WHERE a.id IN ({id}, {id + 2}) AND o.id = {id} + {id + 2} - a.id");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventEdited, EventId = id, Seal = seal });
    }

    [Fact]
    public async Task A_log_nobody_has_touched_is_as_it_was()
    {
        await ChainAsync();
        await server.RecordAsync(3);

        var verdict = await server.VerifyAsync();

        verdict.Fault.Should().BeNull();
        verdict.Counts.Should().BeEquivalentTo(new
        {
            Events = await server.Database.QueryAsync<long>("SELECT sum(event_count) FROM audit_seals"),
            Seals = await server.NewestSealAsync(),
            Erased = 0,
            RemovedBatches = 0,
        });
        verdict.Counts.Unsealed.Should().BeGreaterThanOrEqualTo(3);
        verdict.Head!.Seal.Should().Be(verdict.Counts.Seals);
    }

    private async Task<(long Seal, long Event)> ChainAsync()
    {
        await server.SealBatchesAsync(3);
        var seal = await server.NewestSealAsync() - 1;
        return (seal, await server.EventOfAsync(seal, 3));
    }
}
