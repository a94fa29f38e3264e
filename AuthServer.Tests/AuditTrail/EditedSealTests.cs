using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.AuditTrail;

/// <summary>The seals themselves cannot be changed, removed or reordered unnoticed either.</summary>
public sealed class EditedSealTests(AuditServer server) : IClassFixture<AuditServer>
{
    private static readonly Dictionary<string, string[]> Edits = new(StringComparer.Ordinal)
    {
        ["first_event_id"] = ["first_event_id - 1"],
        ["last_event_id"] = ["last_event_id - 1", "9223372036854775807"],
        ["event_count"] = ["event_count + 1"],
        ["newest_event_at"] = ["newest_event_at + interval '1 microsecond'"],
        ["sealed_at"] = ["sealed_at - interval '1 day'", "'infinity'", "'4000-01-01 BC'"],
        ["event_ids"] = ["event_ids[1:9]", "NULL"],
        ["event_hashes"] = ["decode(repeat('ab', 320), 'hex')", "NULL", "''"],
        ["events_hash"] = ["decode(repeat('ab', 32), 'hex')"],
        ["previous_hash"] = ["decode(repeat('ab', 32), 'hex')", "''"],
        ["hash"] = ["decode(repeat('ab', 32), 'hex')", "''"],
        ["key_id"] = ["'deadbeef'"],
        ["signature"] = ["decode(repeat('ab', 70), 'hex')", "''"],
        ["removed_at"] = ["now()", "now() + interval '2 years'"],
    };

    public static TheoryData<string, string> EveryEdit => ColumnEdits.Each(Edits);

    [Theory]
    [MemberData(nameof(EveryEdit))]
    [Trait("ASVS", "16.4.2")]
    public async Task An_edited_seal_is_named_whichever_column_it_was(string column, string value)
    {
        var seal = await ChainAsync();

        var verdict = await server.VerifyTamperedAsync($"UPDATE audit_seals SET {column} = {value} WHERE id = {seal}");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.SealEdited, Seal = seal });
    }

    [Fact]
    public async Task Every_column_of_a_seal_is_tried() =>
        Edits.Keys.Should().BeEquivalentTo(await ColumnEdits.ColumnsOfAsync(server.Database, "audit_seals"));

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task A_seal_with_another_number_is_missed()
    {
        var seal = await ChainAsync();

        (await server.VerifyTamperedAsync($"UPDATE audit_seals SET id = 100000 WHERE id = {seal}")).Fault.Should()
            .BeEquivalentTo(new { Kind = AuditFaultKinds.SealMissing, Seal = seal });
    }

    [Theory]
    [InlineData("id = {0}", 0)]
    [InlineData("id IN ({0}, {0} + 1)", 0)]
    [InlineData("id = 1", 1)]
    [Trait("ASVS", "16.4.2")]
    public async Task A_missing_seal_is_named(string which, long first)
    {
        var seal = await ChainAsync();

        var verdict =
            await server.VerifyTamperedAsync(
                $"DELETE FROM audit_seals WHERE {string.Format(System.Globalization.CultureInfo.InvariantCulture, which, seal)}");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.SealMissing, Seal = first == 0 ? seal : first });
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Two_seals_in_each_others_place_are_named_as_reordered()
    {
        var seal = await ChainAsync();

        var verdict =
            await server.VerifyTamperedAsync(
                $"UPDATE audit_seals SET id = -1 WHERE id = {seal}; UPDATE audit_seals SET id = {seal} WHERE id = {seal + 1}; "
                    + $"UPDATE audit_seals SET id = {seal + 1} WHERE id = -1");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.SealReordered, Seal = seal });
        verdict.Fault!.Message.Should().Contain($"seal {seal + 1}");
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Events_taken_away_with_the_seals_hashes_as_if_they_had_had_their_time_are_missed()
    {
        var seal = await ChainAsync();

        var verdict = await server.VerifyTamperedAsync(
            $"DELETE FROM audit_events WHERE id IN (SELECT unnest(event_ids) FROM audit_seals WHERE id = {seal}); "
                + $"UPDATE audit_seals SET event_ids = NULL, event_hashes = NULL, removed_at = now() WHERE id = {seal}");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventsTaken, Seal = seal });
    }

    // An attacker who knows the algorithm but controls only the database.
    [Theory]
    [InlineData(null)]
    [InlineData("deadbeef")]
    [Trait("ASVS", "16.4.2")]
    public async Task Whoever_edits_an_event_and_makes_its_seal_anew_cannot_sign_it(string? keyId)
    {
        var seal = await ChainAsync();

        var verdict = await VerifyForgedAsync(seal, keyId);

        verdict.Fault!.Seal.Should().Be(seal);
        verdict.Fault.Kind.Should().Be(AuditFaultKinds.SealEdited);
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task A_chain_that_ends_with_somebody_elses_seal_is_not_ours()
    {
        await ChainAsync();
        var newest = await server.NewestSealAsync();

        var verdict = await VerifyForgedAsync(newest, "deadbeef");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.HeadNotOurs, Seal = newest });
    }

    [Fact]
    [Trait("ASVS", "16.4.3")]
    public async Task A_log_whose_end_was_cut_off_is_whole_in_itself_and_not_what_a_kept_head_says()
    {
        await ChainAsync();
        var newest = await server.NewestSealAsync();
        var kept = (await server.VerifyAsync()).Head!;

        (await MissingFromAsync([kept.ToJson()])).Should().BeNull();
        var verdict =
            await server.VerifyTamperedAsync(
                $"DELETE FROM audit_events WHERE id > (SELECT last_event_id FROM audit_seals WHERE id = {newest - 1}); "
                    + $"DELETE FROM audit_seals WHERE id = {newest}");
        verdict.Fault.Should().BeNull();
        await server.TamperAsync(
            $"CREATE TABLE cut AS SELECT * FROM audit_seals WHERE id = {newest}; DELETE FROM audit_seals WHERE id = {newest}");
        var missing = await MissingFromAsync([kept.ToJson()]);
        await server.TamperAsync("INSERT INTO audit_seals SELECT * FROM cut; DROP TABLE cut");

        missing.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.HeadMissing, Seal = newest });
        missing!.Message.Should().Contain($"ends with seal {newest - 1}");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"seal":1}""")]
    [InlineData("""{"seal":1,"last_event_id":1,"hash":"zz","key_id":"a","signature":"","sealed_at":"2026-11-21T08:30:00Z"}""")]
    public async Task A_line_that_is_no_head_is_told_with_its_number(string line)
    {
        await ChainAsync();

        var check = async () => await MissingFromAsync(["", line]);

        (await check.Should().ThrowAsync<UnreadableCheckpointException>()).WithMessage("Line 2*");
    }

    [Fact]
    public async Task A_head_with_somebody_elses_signature_is_no_head()
    {
        await ChainAsync();
        var head = (await server.VerifyAsync()).Head! with { Signature = Convert.ToBase64String(new byte[70]) };

        var check = async () => await MissingFromAsync([head.ToJson()]);

        await check.Should().ThrowAsync<UnreadableCheckpointException>();
    }

    private async Task<AuditFault?> MissingFromAsync(string[] lines)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CheckpointVerifier>()
            .FindMissingAsync(lines.ToAsyncEnumerable(), new(), CancellationToken.None);
    }

    private async Task<AuditVerdict> VerifyForgedAsync(long seal, string? keyId)
    {
        var forged = await ForgeAsync(seal, keyId);
        return await server.VerifyTamperedAsync(
            $"UPDATE audit_events SET reason = 'forged' WHERE id = {forged.EventIds![3]}; "
                + $"UPDATE audit_seals SET event_hashes = '\\x{Convert.ToHexString(forged.EventHashes!)}', "
                + $"events_hash = '\\x{Convert.ToHexString(forged.EventsHash)}', "
            + $"hash = '\\x{Convert.ToHexString(forged.Hash)}', key_id = '{forged.KeyId}' WHERE id = {seal}");
    }

    // The seal as it would be if its fourth event had another reason.
    private async Task<AuditSeal> ForgeAsync(long number, string? keyId)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var real = await db.AuditSeals.AsNoTracking().SingleAsync(seal => seal.Id == number);
        var hashes = real.EventHashes!.ToArray();
        var id = real.EventIds![3];
        var audit = await db.AuditEvents.AsNoTracking().SingleAsync(audit => audit.Id == id);
        typeof(AuditEvent).GetProperty(nameof(AuditEvent.Reason))!.SetValue(audit, "forged");
        AuditHash.Of(audit).CopyTo(hashes, 3 * AuditHash.Length);
        var forged =
            new AuditSeal(
                number, real.EventIds, hashes, real.NewestEventAt, real.SealedAt)
            {
                EventsHash = SealHash.OfEvents(real.EventIds, hashes),
                PreviousHash = real.PreviousHash,
                KeyId = keyId ?? real.KeyId
            };
        forged.Sign(SealHash.Of(forged), real.Signature);
        return forged;
    }

    private async Task<long> ChainAsync()
    {
        await server.SealBatchesAsync(4);
        return await server.NewestSealAsync() - 2;
    }
}
