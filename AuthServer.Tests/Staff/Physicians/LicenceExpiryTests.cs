using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Staff.Physicians;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.Physicians;

public sealed class LicenceExpiryTests : IAsyncLifetime
{
    private readonly StoppedServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task The_day_after_its_last_a_licence_expires_and_live_tokens_lose_the_role()
    {
        var other = _server.StartReplica();
        var physician = await LicensedUntilAsync(_server.Today());
        (await RunAsync()).Should().Be(1, "the last day is to be told");
        (await StateAsync(physician)).Should().Be("verified");
        // Signed in just before midnight, so the token would still be valid.
        AdvanceToMidnight(-1);
        var signedIn = await _server.Api.LoginAsync(physician.Email);
        signedIn.Roles().Should().Equal("physician");
        _server.Clock.Advance(TimeSpan.FromMinutes(1));

        await RunAsync();

        (await StateAsync(physician)).Should().Be("expired");
        (await _server.RefusedAsync(signedIn, other)).Roles().Should().BeEmpty();
        (await _server.AuditedAsync(AuditEvents.LicenceExpired, physician)).Should().Be("success|IL");
        (await RunAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Each_notice_is_sent_once_thirty_seven_and_one_day_before_and_one_at_the_end()
    {
        var physician = await LicensedUntilAsync(_server.Today().AddDays(40));
        var told = new List<int>();
        for (var days = 40; days >= -2; days--)
        {
            var before = (await MailsAsync(physician)).Count;
            await RunAsync();
            await RunAsync();
            if ((await MailsAsync(physician)).Count > before)
            {
                told.Add(days);
            }

            _server.Clock.Advance(TimeSpan.FromDays(1));
        }

        told.Should().Equal(30, 7, 1, -1);
        var mails = await MailsAsync(physician);
        mails.Should().HaveCount(4).And.OnlyContain(mail => mail.Text.Contains("IL") && !mail.Text.Contains(Practice.Number));
        mails[^1].Subject.Should().NotBe(mails[0].Subject);
    }

    [Fact]
    public async Task A_round_that_was_missed_tells_once_what_it_finds()
    {
        var physician = await LicensedUntilAsync(_server.Today().AddDays(5));

        await RunAsync();
        await RunAsync();

        (await MailsAsync(physician)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_renewed_licence_is_told_of_anew_and_one_without_an_end_never()
    {
        var (physician, endless) = (await LicensedUntilAsync(_server.Today().AddDays(30)), await LicensedUntilAsync(null));
        await RunAsync();
        _server.Clock.Advance(TimeSpan.FromDays(31));
        await RunAsync();
        var admin = await _server.SignInAsAsync(Role.Admin);
        var signedIn = await _server.Api.LoginAsync(physician.Email);
        var renewed = new { expires_on = _server.Today().AddDays(20) };
        await (await _server.Api.SendAsync(
            HttpMethod.Patch, $"physicians/me/licences/{physician.LicenceId()}", renewed, signedIn.AccessToken)).ShouldBeAsync(200);
        await (await _server.Api.DecideAsync(admin, physician.PhysicianId(), "verify")).ShouldBeAsync(200);

        await RunAsync();

        (await MailsAsync(physician)).Should().HaveCount(3);
        (await MailsAsync(endless)).Should().BeEmpty();
        (await StateAsync(endless)).Should().Be("verified");
    }

    [Fact]
    public async Task Nobody_is_told_in_a_mailbox_that_may_be_somebody_elses()
    {
        var physician = await _server.RegisterPhysicianAsync();
        await _server.SetLicenceAsync(physician, "verified", _server.Today().AddDays(-1));

        await RunAsync();

        (await StateAsync(physician)).Should().Be("expired");
        (await MailsAsync(physician)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Several_replicas_at_once_do_each_thing_once()
    {
        _server.StartReplica();
        var people = new List<SignedIn>();
        for (var number = 0; number < 12; number++)
        {
            people.Add(await LicensedUntilAsync(_server.Today().AddDays(number % 2 == 0 ? -1 : 7)));
        }

        await Task.WhenAll(RunAsync(0), RunAsync(1), RunAsync(0), RunAsync(1));
        await RunAsync();

        foreach (var person in people)
        {
            (await MailsAsync(person)).Should().ContainSingle();
        }

        (await _server.Database.QueryAsync<long>("SELECT count(*) FROM audit_events WHERE type = 'licence.expired'")).Should().Be(6);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task A_licence_that_is_suspended_while_it_expires_becomes_one_or_the_other()
    {
        var admin = await _server.SignInAsAsync(Role.Admin);
        for (var round = 0; round < 8; round++)
        {
            var physician = await LicensedUntilAsync(_server.Today().AddDays(-1));

            var suspended = _server.Api.DecideAsync(admin, physician.PhysicianId(), "suspend");
            await Task.WhenAll(RunAsync(), suspended);
            await RunAsync();

            var state = await StateAsync(physician);
            state.Should().Be((await suspended).IsSuccessStatusCode ? "suspended" : "expired");
            (await _server.AuditedAsync(AuditEvents.LicenceExpired, physician)).Should().Be(state == "expired" ? "success|IL" : "");
        }
    }

    [Fact]
    public async Task More_than_one_batch_is_done_in_one_round()
    {
        await _server.Database.ExecuteAsync("""
            WITH u AS (
                INSERT INTO users (id, status, token_version, created_at, email_confirmed, phone_number_confirmed, two_factor_enabled,
                    lockout_enabled, access_failed_count, email, normalized_email)
                SELECT gen_random_uuid(), 'active', 1, now(), false, false, false, false, 0, 'many' || n || '@example.com',
                    'many' || n || '@example.com' FROM generate_series(1, 250) n RETURNING id),
            p AS (
                INSERT INTO physicians (id, user_id, private_pool, vacation_mode, accepting_patients)
                    SELECT gen_random_uuid(), id, false, false, true FROM u RETURNING id)
            INSERT INTO licences (id, physician_id, jurisdiction, number, state, expires_on)
                SELECT gen_random_uuid(), id, 'IL', '1', 'verified', '2020-01-01' FROM p
            """);

        (await RunAsync()).Should().Be(250);

        (await _server.Database.QueryAsync<long>("SELECT count(*) FROM licences WHERE state = 'expired'")).Should().Be(250);
    }

    private async Task<SignedIn> LicensedUntilAsync(DateOnly? day)
    {
        var physician = await _server.RegisterPhysicianAsync();
        await _server.ProveMailboxAsync(physician);
        await _server.SetLicenceAsync(physician, "verified", day);
        return physician;
    }

    private void AdvanceToMidnight(int minutes)
    {
        var now = _server.Clock.GetUtcNow().UtcDateTime;
        _server.Clock.Advance(now.Date.AddDays(1).AddMinutes(minutes) - now);
    }

    private Task<int> RunAsync(int replica = 0) =>
        _server.ServicesOf(replica).GetRequiredService<LicenceExpiry>().RunAsync(CancellationToken.None);

    private Task<string> StateAsync(SignedIn physician) =>
        _server.Database.QueryAsync<string>("SELECT state FROM licences WHERE id = @id", ("id", physician.LicenceId()));

    private Task<IReadOnlyList<RenderedMail>> MailsAsync(SignedIn physician) =>
        _server.MailsAsync(MailKinds.LicenceExpiring, physician.Email);
}
