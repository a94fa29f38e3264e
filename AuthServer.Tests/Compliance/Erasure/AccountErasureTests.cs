using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AuthServer.Tests.Compliance.Erasure;

public sealed class AccountErasureTests(ProxiedServer server) : IClassFixture<ProxiedServer>
{
    [Fact]
    public async Task Erasing_somebody_with_keys_and_adding_many_accounts_at_once_do_not_block_each_other()
    {
        var person = await server.Api.RegisterAsync();
        while (person.UserId.ToByteArray()[^1] == 0)
        {
            person = await server.Api.RegisterAsync();
        }

        // The key's lock comes before the person's.
        var key = Guid.Parse("6f1c6f0e-7d55-4c0e-9f0a-2f6f3b1f0d00");
        await server.Database.ExecuteAsync("""
            INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, ip_address)
                VALUES ('api_key.made', 'success', now(), @id, @key, NULL), ('api_key.exposed', 'success', now(), NULL, @key, '192.0.2.1')
            """, ("id", person.UserId), ("key", key));
        var admin = await server.SignInAsAsync(Role.Admin);
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        await using var adding = await db.Database.BeginTransactionAsync();
        await AdvisoryLocks.AddedIdsAsync(db, [key], CancellationToken.None);

        var erasing = DeleteAsync(person, admin);
        await Eventually.TrueAsync(
            async () => await server.Database.QueryAsync<long>(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1701994867 AND NOT granted") == 1,
            "the erasure waits");
        await AdvisoryLocks.AddedIdsAsync(db, [person.UserId], CancellationToken.None);
        await adding.CommitAsync();

        await erasing;
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE id = @id", ("id", person.UserId))).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "14.2.7")]
    public async Task Nothing_of_a_person_is_left_in_any_column_of_any_table()
    {
        var marked = await Marked.MakeAsync(server);
        var before = await marked.PlacesAsync(server);
        before.Should().Contain([
            "users.email", "users.full_name", "users.user_name", "users.pending_email", "physicians.specialty",
                "physicians.private_pool_name", "licences.number", "licences.reason",
                "licences.verified_by", "sessions.ip_address", "sessions.user_agent",
            "sessions.device_name", "audit_events.actor_id", "audit_events.subject_id", "audit_events.ip_address",
                "audit_events.user_agent", "audit_events.detail", "email_outbox.address", "email_outbox.data",
            "assisted_resets.reason", "assisted_resets.requested_by", "assisted_resets.decided_by", "sign_in_lockouts.network",
                "api_keys.name", "user_claims.claim_value", "user_logins.provider_key",
            "user_tokens.name", "user_passkeys.data"]);

        await DeleteAsync(marked.Person, marked.Colleague);

        (await marked.PlacesAsync(server)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("their own wish")]
    [InlineData("staff")]
    [InlineData("the rule for accounts that were never used")]
    [Trait("ASVS", "14.2.7")]
    public async Task Nothing_of_a_person_is_left_in_a_dump_of_the_database_whoever_had_them_erased(string by)
    {
        var marked = await Marked.MakeAsync(server);
        (await marked.InDumpAsync(server)).Should().BeEquivalentTo(marked.Marks.Append(marked.FormerEmail));

        await EraseAsync(marked, by);

        (await marked.InDumpAsync(server)).Except([marked.Person.UserId.ToString()], StringComparer.Ordinal).Should().BeEmpty();
        (await marked.PlacesAsync(server)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "14.2.7")]
    public async Task A_mail_is_somebodys_once_it_is_written_and_goes_with_them_although_they_have_left_the_address()
    {
        var (person, address) = (await server.Api.RegisterAsync(), Api.NewEmail());
        await server.ProveMailboxAsync(person);
        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email });
        await Eventually.TrueAsync(
            () => server.Database.QueryAsync<bool>(
                "SELECT EXISTS (SELECT 1 FROM email_outbox WHERE address = @address AND kind = 'reset_password' AND user_id = @id)",
                ("address", person.Email), ("id", person.UserId)),
            "a mail that names the account");
        await server.Database.ExecuteAsync(
            "UPDATE users SET email = @address, normalized_email = @address WHERE id = @id", ("address", address), ("id", person.UserId));

        await DeleteAsync(person, await server.SignInAsAsync(Role.Admin));

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE address = @address", ("address", person.Email)))
            .Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "14.2.7")]
    public async Task A_wish_for_another_address_is_forgotten_when_its_link_has_expired()
    {
        var person = await server.Api.RegisterAsync();
        var wished = Api.NewEmail();
        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = wished, current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(202);
        var cleanup = server.Services.GetServices<IHostedService>().OfType<RetentionCleanup>().Single();
        await cleanup.RunAsync(CancellationToken.None);
        (await PendingAsync(person)).Should().Be(wished);

        server.Clock.Advance(server.Services.GetRequiredService<EmailTokenSettings>().VerificationLifetime + TimeSpan.FromSeconds(1));
        await cleanup.RunAsync(CancellationToken.None);

        (await PendingAsync(person)).Should().Be("");
    }

    [Fact]
    public async Task The_audit_log_is_left_as_promised_and_what_was_sealed_still_holds()
    {
        var marked = await Marked.MakeAsync(server);
        var before = await EventsAsync();
        var concerned = before.Values.Where(audit => audit.ActorId == marked.Person.UserId || audit.SubjectId == marked.Person.UserId)
            .ToList();
        concerned.Should().HaveCountGreaterThan(8);

        await DeleteAsync(marked.Person, marked.Colleague);

        var after = await EventsAsync();
        var pseudonym =
            after.Values.Single(audit => audit.Type == "user.deleted" && audit.ActorId == marked.Colleague.UserId).SubjectId!.Value;
        pseudonym.Should().NotBe(marked.Person.UserId);
        var proofs = server.Services.GetRequiredService<RedactionProofs>();
        foreach (var audit in concerned)
        {
            var left = after[audit.Id];
            AuditPersonal.Of(left).Should().Be(AuditPersonal.Of(audit).Without(marked.Person.UserId, pseudonym));
            AuditHash.Of(left).Should().Equal(AuditHash.Of(audit), "of {0}", audit.Type);
            proofs.IsGenuine(left).Should().BeTrue();
        }

        // Whoever sent a key in a URL is not known, but it was the key's owner or their history.
        var exposed = before.Values.Single(audit => audit.Type == "api_key.exposed" && audit.UserAgent == marked.UserAgent);
        AuditPersonal.Of(after[exposed.Id]).Should().Be(AuditPersonal.Of(exposed).Without(exposed.SubjectId!.Value, pseudonym));
        AuditHash.Of(after[exposed.Id]).Should().Equal(AuditHash.Of(exposed));
        proofs.IsGenuine(after[exposed.Id]).Should().BeTrue();
        before.Values.Except(concerned).Except([exposed]).Should().AllSatisfy(audit => after[audit.Id].Should().BeEquivalentTo(audit));
        after.Values.Should().ContainSingle(
            audit => audit.Type == "user.erased"
                && audit.SubjectId == pseudonym
                && audit.ActorId == marked.Colleague.UserId
                && audit.Reason == "by_staff");
    }

    [Fact]
    public async Task An_event_about_two_people_stays_genuine_when_both_are_erased()
    {
        var (first, second, admin) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync(),
            await server.SignInAsAsync(Role.Admin));
        await (await server.Api.PostAsync($"users/{second.UserId}/open", new { reason = "A question." }, first.AccessToken)).ShouldBeAsync(
            200);
        var opened = (await EventsAsync()).Values.Single(audit => audit.Type == "user.opened" && audit.SubjectId == second.UserId);

        await DeleteAsync(first, admin);
        await DeleteAsync(second, admin);

        var left = (await EventsAsync())[opened.Id];
        (left.ActorId == first.UserId || left.SubjectId == second.UserId || left.IpAddress is not null || left.Detail is not null).Should()
            .BeFalse();
        AuditHash.Of(left).Should().Equal(AuditHash.Of(opened));
        server.Services.GetRequiredService<RedactionProofs>().IsGenuine(left).Should().BeTrue();
    }

    [Fact]
    public async Task An_event_about_two_people_stays_genuine_when_both_are_erased_at_once()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        for (var round = 0; round < 5; round++)
        {
            var (first, second) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
            await (await server.Api.PostAsync(
                $"users/{second.UserId}/open", new { reason = "A question." }, first.AccessToken)).ShouldBeAsync(200);
            var opened = (await EventsAsync()).Values.Single(audit => audit.Type == "user.opened" && audit.SubjectId == second.UserId);

            await Task.WhenAll(DeleteAsync(first, admin), DeleteAsync(second, admin));

            var left = (await EventsAsync())[opened.Id];
            AuditHash.Of(left).Should().Equal(AuditHash.Of(opened));
            server.Services.GetRequiredService<RedactionProofs>().IsGenuine(left).Should().BeTrue();
        }
    }

    [Fact]
    public async Task The_keys_somebody_answers_for_die_with_the_account_and_their_tokens_too()
    {
        var marked = await Marked.MakeAsync(server);
        var key = await server.Database.QueryAsync<Guid>("SELECT id FROM api_keys WHERE owner_id = @id", ("id", marked.Person.UserId));

        await DeleteAsync(marked.Person, marked.Colleague);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM revocations WHERE user_id = @key AND token_version > 1", ("key", key))).Should().Be(1);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM api_keys WHERE id = @key", ("key", key))).Should().Be(0);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'api_key.revoked' AND actor_id = @by AND subject_id = @key AND reason = "
                + "'owner_leaves'",
            ("by", marked.Colleague.UserId), ("key", key))).Should().Be(1);
    }

    [Fact]
    public async Task The_address_can_be_used_again_by_somebody_new()
    {
        var marked = await Marked.MakeAsync(server);
        await DeleteAsync(marked.Person, marked.Colleague);

        var again = await server.Api.RegisterAsync(marked.Email);

        again.UserId.Should().NotBe(marked.Person.UserId);
    }

    [Fact]
    public async Task What_a_request_that_was_under_way_records_afterwards_is_erased_too_and_what_a_key_did_is_not()
    {
        var marked = await Marked.MakeAsync(server);
        var key = await server.Database.QueryAsync<Guid>("SELECT id FROM api_keys WHERE owner_id = @id", ("id", marked.Person.UserId));
        await DeleteAsync(marked.Person, marked.Colleague);
        foreach (var actor in new[] { marked.Person.UserId, key })
        {
            await server.Database.ExecuteAsync(
                "INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, ip_address) VALUES ('session.started', "
                    + "'success', now(), @actor, @actor, '192.0.2.1')",
                ("actor", actor));
        }

        (await server.Services.GetRequiredService<ResidualAuditErasure>().RunAsync(CancellationToken.None)).Should().Be(1);

        (await marked.PlacesAsync(server)).Should().BeEmpty();
        var late = (await EventsAsync()).Values
            .Where(audit => audit.Type == "session.started")
            .OrderBy(audit => audit.Id)
            .TakeLast(2)
            .ToList();
        server.Services.GetRequiredService<RedactionProofs>().IsGenuine(late[0]).Should().BeTrue();
        (late[0].IpAddress, late[1].ActorId).Should().Be((null, key));
        late[1].IpAddress.Should().NotBeNull();
    }

    private async Task EraseAsync(Marked marked, string by)
    {
        switch (by)
        {
            case "staff":
                await DeleteAsync(marked.Person, marked.Colleague);
                return;
            case "their own wish":
                await (await server.Api.SendAsync(
                    HttpMethod.Delete, "users/me", new { password = Api.Password }, marked.Person.AccessToken)).ShouldBeAsync(202);
                break;
            default:
                await server.Database.ExecuteAsync(
                    "UPDATE users SET email_confirmed = false, last_login_at = NULL, legacy_id = NULL WHERE id = @id",
                    ("id", marked.Person.UserId));
                break;
        }

        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.Services.GetRequiredService<ErasureJob>().RunAsync(CancellationToken.None);
    }

    private Task<string> PendingAsync(SignedIn person) =>
        server.Database.QueryAsync<string>("SELECT coalesce(pending_email, '') FROM users WHERE id = @id", ("id", person.UserId));

    private async Task DeleteAsync(SignedIn person, SignedIn admin) =>
        await (await server.Api.SendAsync(HttpMethod.Delete, $"users/{person.UserId}", bearer: admin.AccessToken)).ShouldBeAsync(204);

    private async Task<Dictionary<long, AuditEvent>> EventsAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider
            .GetRequiredService<AuthDbContext>().AuditEvents
            .AsNoTracking()
            .ToDictionaryAsync(audit => audit.Id);
    }
}
