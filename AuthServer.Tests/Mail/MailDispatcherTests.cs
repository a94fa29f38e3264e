using AuthServer.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Mail;

/// <summary>A server whose clock stands still, so that postponed mails wait until a test advances it.</summary>
public sealed class StoppedMailingServer : MailingServer
{
    public StoppedMailingServer() => Clock.Stop();
}

/// <summary>What becomes of each mail between the outbox and the mail server.</summary>
public sealed class MailDispatcherTests(StoppedMailingServer server) : IClassFixture<StoppedMailingServer>, IAsyncLifetime
{
    private const int MostAttempts = 8;

    public Task InitializeAsync()
    {
        server.Sink.Behave();
        return server.Database.ExecuteAsync("DELETE FROM email_outbox");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_mail_that_is_owed_is_sent_once_and_done_with()
    {
        var id = await server.EnqueueAsync("Dana@example.net");

        var owed = await server.WaitForStateAsync(id, "sent");

        (owed.Attempts, owed.FinishedAt, owed.LastError).Should().Be((1, server.Clock.GetUtcNow(), null));
        var mail = server.Sink.Mails.Should().ContainSingle(mail => mail.MessageId == TestMails.MessageIdOf(id)).Subject;
        mail.To.Should().Equal("Dana@example.net");
    }

    [Fact]
    public async Task A_mail_for_which_there_is_nobody_any_more_is_dropped()
    {
        var id = await server.EnqueueAsync(language: "x-nobody");

        (await server.WaitForStateAsync(id, "dropped")).FinishedAt.Should().NotBeNull();
        server.Sink.Mails.Should().NotContain(mail => mail.MessageId == TestMails.MessageIdOf(id));
    }

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task A_mail_that_cannot_be_written_waits_and_the_log_says_why_but_not_whose_it_is()
    {
        var id = await server.EnqueueAsync("very.private@example.net", "x-broken");

        (await server.WaitForStateAsync(id, "pending", attempts: 1)).LastError.Should()
            .Be("The mail could not be written: InvalidOperationException.");
        server.Logs.Lines.Should().Contain(
            line => line.Contains($"{id}", StringComparison.Ordinal) && line.Contains(nameof(TestMailWriter), StringComparison.Ordinal));
        server.Logs.Lines.Should().NotContain(
            line => line.Contains("very.private", StringComparison.Ordinal) || line.Contains("hush-hush", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_that_is_put_off_is_tried_eight_times_further_and_further_apart_and_then_given_up()
    {
        server.Sink.Answer("RCPT", "451 4.3.0 later");
        var id = await server.EnqueueAsync();
        var waits = new List<TimeSpan>();

        for (var attempt = 1; attempt < MostAttempts; attempt++)
        {
            var owed = await server.WaitForStateAsync(id, "pending", attempt);
            waits.Add(owed.NextAttemptAt - server.Clock.GetUtcNow());
            server.Clock.Advance(waits[^1]);
        }

        var dead = await server.WaitForStateAsync(id, "dead");
        dead.Attempts.Should().Be(MostAttempts);
        dead.LastError.Should().Contain("4.3.0 later");
        waits.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        waits[0].Should().BeCloseTo(TimeSpan.FromSeconds(26), TimeSpan.FromSeconds(4));
        waits[^1].Should().BeGreaterThan(TimeSpan.FromHours(4));
        await NobodyTriesAgainAsync(id);
    }

    [Fact]
    public async Task A_mail_that_is_put_off_does_not_go_before_its_time_and_holds_no_other_up()
    {
        server.Sink.Answer("END", "452 4.3.1 no room");
        var waiting = await server.EnqueueAsync(age: TimeSpan.FromMinutes(1));
        var owed = await server.WaitForStateAsync(waiting, "pending", attempts: 1);
        server.Sink.Behave();

        var next = await server.EnqueueAsync();
        await server.WaitForStateAsync(next, "sent");

        (await server.FindAsync(waiting)).Should().Be(owed);
        server.Clock.Advance(owed.NextAttemptAt - server.Clock.GetUtcNow());
        (await server.WaitForStateAsync(waiting, "sent")).Attempts.Should().Be(2);
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 nobody here")]
    [InlineData("END", "554 5.6.0 will not have that")]
    public async Task A_mail_that_was_refused_for_good_is_not_tried_again(string verb, string reply)
    {
        server.Sink.Answer(verb, reply);
        var id = await server.EnqueueAsync();

        var dead = await server.WaitForStateAsync(id, "dead");

        dead.Attempts.Should().Be(1);
        dead.LastError.Should().Contain(reply[4..]);
        await NobodyTriesAgainAsync(id);
    }

    // The row as a dispatcher leaves it that was killed while holding the mail.
    [Fact]
    public async Task A_mail_whose_dispatcher_died_is_sent_when_the_lease_runs_out_and_not_before()
    {
        var id = await server.EnqueueAsync("lost@example.net", age: TimeSpan.FromMinutes(5), kind: "held back");
        await server.Database.ExecuteAsync(
            "UPDATE email_outbox SET kind = 'test', attempts = 1, next_attempt_at = @until WHERE id = @id", ("id", id),
            ("until", server.Clock.GetUtcNow().AddMinutes(2)));

        await server.WaitForStateAsync(await server.EnqueueAsync(), "sent");
        (await server.FindAsync(id)).State.Should().Be("pending");
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        (await server.WaitForStateAsync(id, "sent")).Attempts.Should().Be(2);
    }

    [Fact]
    public async Task A_mail_of_a_kind_that_only_a_newer_server_writes_is_left_to_that()
    {
        var id = await server.EnqueueAsync(age: TimeSpan.FromMinutes(1), kind: "of_the_future");

        await server.WaitForStateAsync(await server.EnqueueAsync(), "sent");

        var owed = await server.FindAsync(id);
        (owed.State, owed.Attempts).Should().Be(("pending", 0));
    }

    [Fact]
    public async Task What_is_done_with_is_forgotten_after_thirty_days_and_what_waits_is_not()
    {
        var (old, young, waiting) = (await server.EnqueueAsync(), await server.EnqueueAsync(),
            await server.EnqueueAsync(age: TimeSpan.FromDays(60), kind: "of_the_future"));
        await server.WaitForStateAsync(old, "sent");
        await server.WaitForStateAsync(young, "sent");
        await server.Database.ExecuteAsync(
            "UPDATE email_outbox SET finished_at = @then - interval '1 second' WHERE id = @id", ("id", old),
            ("then", server.Clock.GetUtcNow().AddDays(-30)));

        await server.Services.GetRequiredService<RetentionCleanup>().RunAsync(CancellationToken.None);

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE id = @id", ("id", old))).Should().Be(0);
        (await server.FindAsync(young)).State.Should().Be("sent");
        (await server.FindAsync(waiting)).State.Should().Be("pending");
    }

    // Two later mails are sent meanwhile, so the dispatcher has looked at the queue.
    private async Task NobodyTriesAgainAsync(Guid id)
    {
        var before = await server.FindAsync(id);
        server.Sink.Behave();
        server.Clock.Advance(TimeSpan.FromDays(1));
        for (var times = 0; times < 2; times++)
        {
            await server.WaitForStateAsync(await server.EnqueueAsync(), "sent");
        }

        (await server.FindAsync(id)).Should().Be(before);
        server.Sink.Mails.Should().NotContain(mail => mail.MessageId == TestMails.MessageIdOf(id));
    }
}
