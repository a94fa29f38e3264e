using System.Net;
using System.Net.Sockets;
using AuthServer.Mail.Transport;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.Time.Testing;

namespace AuthServer.Tests.Mail;

/// <summary>The cause of a failed delivery decides whether the mail is retried, and whether other mails wait as well.</summary>
public sealed class SmtpFaultTests : IAsyncLifetime
{
    private readonly SmtpSink _sink = SmtpSink.Started();

    public static TheoryData<string, string, string> Answers => new()
    {
        { "CONNECT", "421 too busy", "unusable" },
        { "CONNECT", "554 5.7.1 not from there", "unusable" },
        { "CONNECT", SmtpSink.Cut, "unusable" },
        { "EHLO", "421 closing", "unusable" },
        { "EHLO", "550 not you", "unusable" },
        { "EHLO", SmtpSink.Cut, "unusable" },
        { "MAIL", "421 closing", "unusable" },
        { "MAIL", "530 5.7.0 sign in first", "unusable" },
        { "MAIL", SmtpSink.Cut, "unusable" },
        { "MAIL", "452 4.3.1 no room", "put_off" },
        { "MAIL", "550 5.1.8 not with that sender", "put_off" },
        { "RCPT", "421 closing", "put_off" },
        { "RCPT", "450 4.2.1 greylisted", "put_off" },
        { "RCPT", "530 5.7.0 sign in first", "unusable" },
        { "RCPT", "550 5.1.1 nobody here", "refused" },
        { "RCPT", "553 5.1.3 no such address", "refused" },
        { "RCPT", "554 5.7.1 relay access denied", "refused" },
        { "RCPT", SmtpSink.Cut, "put_off" },
        { "DATA", "421 closing", "put_off" },
        { "DATA", "451 4.3.0 later", "put_off" },
        { "DATA", "554 5.5.1 no", "refused" },
        { "DATA", SmtpSink.Cut, "put_off" },
        { "CONTENT", SmtpSink.Cut, "put_off" },
        { "END", "421 closing", "put_off" },
        { "END", "452 4.3.1 no room", "put_off" },
        { "END", "554 5.6.0 will not have that", "refused" },
        { "END", SmtpSink.Cut, "put_off" },
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _sink.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_the_server_answers_decides_what_becomes_of_the_mail_and_the_next_one_gets_through(
        string verb, string reply, string outcome)
    {
        await using var session = Transports.Make(Transports.To(_sink)).Open();
        _sink.Answer(verb, reply);

        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Name.Should().Be(outcome);

        _sink.Mails.Should().BeEmpty();
        _sink.Behave();
        var next = Transports.Message();
        (await session.SendAsync(next, CancellationToken.None)).Should().Be(new DeliveryOutcome.Sent());
        _sink.Mails.Select(mail => mail.MessageId).Should().Equal(next.MessageId);
    }

    [Fact]
    public async Task Mails_of_one_session_go_over_one_connection()
    {
        await using var session = Transports.Make(Transports.To(_sink)).Open();
        var messages = Enumerable.Range(0, 5).Select(_ => Transports.Message()).ToList();

        foreach (var message in messages)
        {
            (await session.SendAsync(message, CancellationToken.None)).Should().Be(new DeliveryOutcome.Sent());
        }

        _sink.Mails.Select(mail => mail.MessageId).Should().Equal(messages.Select(message => message.MessageId));
        _sink.ConnectionCount.Should().Be(1);
    }

    [Fact]
    public async Task A_server_that_is_away_is_unusable_and_good_again_when_it_is_back()
    {
        await using var session = Transports.Make(Transports.To(_sink)).Open();
        _sink.Stop();

        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.Unusable>();

        _sink.Start();
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().Be(new DeliveryOutcome.Sent());
        _sink.Stop();
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should()
            .BeOfType<DeliveryOutcome.Unusable>("the connection it had is gone");
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_unusable_and_one_that_falls_silent_over_a_mail_puts_it_off()
    {
        var silence = new TaskCompletionSource<string?>();
        var clock = new FakeTimeProvider();
        var silentAt = "CONNECT";
        _sink.Script = (verb, _) =>
        {
            if (verb != silentAt)
            {
                return Task.FromResult<string?>(null);
            }

            clock.Advance(MailTimeouts.Usual.Mail);
            return silence.Task;
        };
        await using var session = Transports.Make(Transports.To(_sink), clock: clock).Open();

        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.Unusable>();
        silentAt = "DATA";
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.PutOff>();
        silentAt = "END";
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.PutOff>();
    }

    [Fact]
    public async Task A_machine_that_does_not_even_answer_the_call_is_unusable()
    {
        // When a listener's queue is full the kernel drops further connections, like a firewall.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        var port = ((IPEndPoint)deaf.LocalEndPoint!).Port;
        using var first = new TcpClient("127.0.0.1", port);
        var settings = Transports.To(_sink);
        (settings.Host, settings.Port) = ("127.0.0.1", port);

        var outcome = await Transports.Make(settings, Transports.Impatient).SendAsync(Transports.Message());

        outcome.Should().BeOfType<DeliveryOutcome.Unusable>();
    }

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task What_the_server_said_is_kept_on_one_line_without_addresses()
    {
        _sink.Answer("RCPT", "550-5.1.1 <dana@example.net>: unknown\r\n550 5.1.1 \u0007 ask postmaster@example.org");

        var outcome = await Transports.Make(Transports.To(_sink)).SendAsync(Transports.Message());
        var refused = outcome.Should().BeOfType<DeliveryOutcome.Refused>().Subject;

        refused.Reason.Should().Contain("5.1.1").And.NotContain("dana@").And.NotContain("postmaster@").And.NotMatchRegex(@"[\x00-\x1f]");
        refused.Reason.Length.Should().BeLessThanOrEqualTo(500);
    }

    // A filter that rejects a link quotes it, and anybody with the link can set the password.
    [Theory]
    [InlineData("554 5.7.1 bad link <https://auth.example.com/reset-password?token=CfDJ8-secret&lang=en>")]
    [InlineData("554 5.7.1 bad words: /reset-password?token=3DCfDJ8-secret")]
    [Trait("ASVS", "16.2.5")]
    public async Task A_link_that_the_server_quotes_is_not_kept(string reply)
    {
        _sink.Answer("END", reply);

        var outcome = await Transports.Make(Transports.To(_sink)).SendAsync(Transports.Message());
        var refused = outcome.Should().BeOfType<DeliveryOutcome.Refused>().Subject;

        refused.Reason.Should().Contain("5.7.1 bad ").And.NotContain("secret");
    }

    [Fact]
    public async Task A_wrong_password_is_no_fault_of_the_mail()
    {
        _sink.Account = new NetworkCredential("mailer", "right");
        var settings = Transports.To(_sink);
        (settings.User, settings.Password) = ("mailer", "wrong");

        (await Transports.Make(settings).SendAsync(Transports.Message())).Should().BeOfType<DeliveryOutcome.Unusable>();

        settings.Password = "right";
        (await Transports.Make(settings).SendAsync(Transports.Message())).Should().Be(new DeliveryOutcome.Sent());
        _sink.Mails.Single().User.Should().Be("mailer");
    }

    // Not every server has a separate code for missing authentication.
    [Fact]
    public async Task A_wrong_password_kills_no_mail_at_a_server_that_calls_it_relaying()
    {
        _sink.Account = new NetworkCredential("mailer", "right");
        _sink.Script = (verb, _) => Task.FromResult(verb switch { "RCPT" => "554 5.7.1 Relay access denied", _ => null });
        var settings = Transports.To(_sink);
        (settings.User, settings.Password) = ("mailer", "wrong");

        (await Transports.Make(settings).SendAsync(Transports.Message())).Should().BeOfType<DeliveryOutcome.Unusable>();
    }
}
