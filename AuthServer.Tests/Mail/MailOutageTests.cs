using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Mail;

/// <summary>A server with short timeouts for its mail server.</summary>
public sealed class ImpatientMailingServer : MailingServer
{
    protected override void ConfigureServices(IServiceCollection services)
    {
        base.ConfigureServices(services);
        services.AddSingleton(Transports.Impatient);
    }
}

/// <summary>People can continue whatever the mail server does, and their mails are sent when it recovers.</summary>
public sealed class MailOutageTests(ImpatientMailingServer server) : IClassFixture<ImpatientMailingServer>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        server.Sink.Behave();
        await server.Database.ExecuteAsync("DELETE FROM email_outbox");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task While_the_mail_server_is_down_nothing_is_counted_and_all_goes_out_when_it_is_back()
    {
        server.Sink.Stop();
        var ids = new List<Guid> { await server.EnqueueAsync(), await server.EnqueueAsync(), await server.EnqueueAsync() };
        await Eventually.TrueAsync(async () => (await server.FindAsync(ids[0])).LastError is not null, "a try");
        await PeopleGoOnAsync();
        (await server.FindAsync(ids[0])).State.Should().Be("pending");

        server.Sink.Start();

        foreach (var id in ids)
        {
            (await SentAsync(id)).Attempts.Should().Be(1);
            server.Sink.Mails.Should().ContainSingle(mail => mail.MessageId == TestMails.MessageIdOf(id));
        }

        await Eventually.TrueAsync(() => Provided(4000) == Provided(4001), "one line for each outage and one for its end");
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("MAIL")]
    [InlineData("END")]
    public async Task While_the_mail_server_takes_its_time_nobody_waits_for_it(string silentAt)
    {
        var silence = new TaskCompletionSource();
        var reached = server.Sink.Hold(silentAt, silence.Task);
        var id = await server.EnqueueAsync();
        await reached;

        // They are done before the mail server has replied at all.
        await PeopleGoOnAsync();

        server.Sink.Behave();
        silence.SetResult();
        await ForgetWaitingAsync(id);
        await SentAsync(id);
    }

    [Theory]
    [InlineData("CONTENT", SmtpSink.Cut)]
    [InlineData("RCPT", "450 4.2.1 greylisted")]
    [InlineData("CONNECT", "421 too busy")]
    public async Task A_mail_server_that_fails_over_a_mail_gets_it_again(string verb, string reply)
    {
        server.Sink.Answer(verb, reply);
        var id = await server.EnqueueAsync();
        await Eventually.TrueAsync(async () => (await server.FindAsync(id)).LastError is not null, "a try");
        await PeopleGoOnAsync();

        server.Sink.Behave();
        await ForgetWaitingAsync(id);

        await SentAsync(id);
        server.Sink.Mails.Should().ContainSingle(mail => mail.MessageId == TestMails.MessageIdOf(id));
    }

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task The_log_tells_of_an_outage_and_of_no_address()
    {
        server.Sink.Answer("END", "554 5.6.0 <secret.person@example.net> will not have that");
        var id = await server.EnqueueAsync("secret.person@example.net");
        await Eventually.TrueAsync(async () => (await server.FindAsync(id)).State == "dead", "an end");

        // The log line is written after the row.
        await Eventually.TrueAsync(
            () => server.Logs.Lines.Any(line => line.Contains($"{id}", StringComparison.Ordinal)), "a line about the mail");
        server.Logs.Lines.Should().NotContain(line => line.Contains("secret.person", StringComparison.Ordinal));
        (await server.FindAsync(id)).LastError.Should().NotContain("secret.person");
    }

    private int Provided(int eventId) => server.Logs.Lines.Count(line => line.Contains($" {eventId} ", StringComparison.Ordinal));

    // Registration, sign-in, a request for a mail, and a notice.
    private async Task PeopleGoOnAsync()
    {
        var person = await server.Api.RegisterAsync();
        await server.Api.LoginAsync(person.Email);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        await server.Services.GetRequiredService<EmailOutbox>()
            .RequestAsync("of_the_future", null, person.Email, null, null, CancellationToken.None);
    }

    private Task<int> ForgetWaitingAsync(Guid id) =>
        server.Database.ExecuteAsync(
            "UPDATE email_outbox SET next_attempt_at = created_at WHERE id = @id AND last_error IS NOT NULL", ("id", id));

    private async Task<TestMails.Owed> SentAsync(Guid id)
    {
        await Eventually.TrueAsync(async () =>
        {
            await ForgetWaitingAsync(id);
            return (await server.FindAsync(id)).State == "sent";
        }, "a mail that was sent");
        return await server.FindAsync(id);
    }
}
