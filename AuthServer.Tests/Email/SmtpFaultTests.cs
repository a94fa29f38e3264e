using System.Net;
using System.Net.Sockets;
using AuthServer.Email;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Email;

/// <summary>Whose fault it is when a mail does not get through decides whether it is tried again, and whether the others wait, too.</summary>
public sealed class SmtpFaultTests : IAsyncLifetime
{
    private readonly SmtpSink _sink = SmtpSink.Started();

    public static TheoryData<string> Names => new(Transports.Names);

    public static TheoryData<string, string, string, string> Answers
    {
        get
        {
            var answers = new TheoryData<string, string, string, string>();
            foreach (var name in Transports.Names)
            {
                answers.Add(name, "CONNECT", "421 too busy", "unusable");
                answers.Add(name, "CONNECT", SmtpSink.Cut, "unusable");
                answers.Add(name, "EHLO", "421 closing", "unusable");
                answers.Add(name, "EHLO", SmtpSink.Cut, "unusable");
                answers.Add(name, "MAIL", "421 closing", "unusable");
                answers.Add(name, "MAIL", "530 5.7.0 sign in first", "unusable");
                answers.Add(name, "MAIL", "452 4.3.1 no room", "put_off");
                answers.Add(name, "MAIL", "550 5.1.8 not with that sender", "put_off");
                answers.Add(name, "RCPT", "450 4.2.1 greylisted", "put_off");
                answers.Add(name, "RCPT", "550 5.1.1 nobody here", "refused");
                answers.Add(name, "RCPT", "553 5.1.3 no such address", "refused");
                answers.Add(name, "DATA", "451 4.3.0 later", "put_off");
                answers.Add(name, "END", "452 4.3.1 no room", "put_off");
                answers.Add(name, "END", "554 5.6.0 will not have that", "refused");
                answers.Add(name, "END", SmtpSink.Cut, "put_off");
                answers.Add(name, "CONTENT", SmtpSink.Cut, "put_off");
            }

            return answers;
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _sink.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_the_server_answers_decides_what_becomes_of_the_mail_and_the_next_one_gets_through(string transport, string verb, string reply, string outcome)
    {
        await using var session = Transports.Make(transport, Transports.To(_sink), Transports.Impatient).Open();
        _sink.Answer(verb, reply);

        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Name.Should().Be(outcome);

        _sink.Mails.Should().BeEmpty();
        _sink.Behave();
        var next = Transports.Message();
        (await session.SendAsync(next, CancellationToken.None)).Should().Be(new DeliveryOutcome.Sent());
        _sink.Mails.Select(mail => mail.MessageId).Should().Equal(next.MessageId);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Mails_of_one_session_go_over_one_connection(string transport)
    {
        await using var session = Transports.Make(transport, Transports.To(_sink)).Open();
        var messages = Enumerable.Range(0, 5).Select(_ => Transports.Message()).ToList();

        foreach (var message in messages)
        {
            (await session.SendAsync(message, CancellationToken.None)).Should().Be(new DeliveryOutcome.Sent());
        }

        _sink.Mails.Select(mail => mail.MessageId).Should().Equal(messages.Select(message => message.MessageId));
        _sink.ConnectionCount.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_server_that_is_away_is_unusable_and_good_again_when_it_is_back(string transport)
    {
        await using var session = Transports.Make(transport, Transports.To(_sink), Transports.Impatient).Open();
        _sink.Stop();

        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.Unusable>();

        _sink.Start();
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().Be(new DeliveryOutcome.Sent());
        _sink.Stop();
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.Unusable>("the connection it had is gone");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_server_that_says_nothing_is_unusable_and_one_that_falls_silent_over_a_mail_puts_it_off(string transport)
    {
        var silence = new TaskCompletionSource<string?>();
        var silentAt = "CONNECT";
        _sink.Script = (verb, _) => verb == silentAt ? silence.Task : Task.FromResult<string?>(null);
        await using var session = Transports.Make(transport, Transports.To(_sink), Transports.Impatient).Open();

        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.Unusable>();
        silentAt = "END";
        (await session.SendAsync(Transports.Message(), CancellationToken.None)).Should().BeOfType<DeliveryOutcome.PutOff>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_machine_that_does_not_even_answer_the_call_is_unusable(string transport)
    {
        // A listener whose queue is full lets the kernel drop further calls, as a firewall would.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        var port = ((IPEndPoint)deaf.LocalEndPoint!).Port;
        using var first = new TcpClient("127.0.0.1", port);
        var settings = Transports.To(_sink);
        (settings.Host, settings.Port) = ("127.0.0.1", port);

        var outcome = await Transports.Make(transport, settings, Transports.Impatient).SendAsync(Transports.Message());

        outcome.Should().BeOfType<DeliveryOutcome.Unusable>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("ASVS", "16.2.5")]
    public async Task What_the_server_said_is_kept_on_one_line_without_addresses(string transport)
    {
        _sink.Answer("RCPT", "550-5.1.1 <dana@example.net>: unknown\r\n550 5.1.1 \u0007 ask postmaster@example.org");

        var refused = (await Transports.Make(transport, Transports.To(_sink)).SendAsync(Transports.Message())).Should().BeOfType<DeliveryOutcome.Refused>().Subject;

        refused.Reason.Should().Contain("5.1.1").And.NotContain("dana@").And.NotContain("postmaster@").And.NotMatchRegex(@"[\x00-\x1f]");
        refused.Reason.Length.Should().BeLessThanOrEqualTo(500);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_password_is_no_fault_of_the_mail(string transport)
    {
        _sink.Account = new NetworkCredential("mailer", "right");
        var settings = Transports.To(_sink);
        (settings.User, settings.Password) = ("mailer", "wrong");

        (await Transports.Make(transport, settings).SendAsync(Transports.Message())).Should().BeOfType<DeliveryOutcome.Unusable>();

        settings.Password = "right";
        (await Transports.Make(transport, settings).SendAsync(Transports.Message())).Should().Be(new DeliveryOutcome.Sent());
        _sink.Mails.Single().User.Should().Be("mailer");
    }

    // System.Net.Mail goes on without having signed in, and not every server then gives the code for that.
    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_password_kills_no_mail_at_a_server_that_calls_it_relaying(string transport)
    {
        _sink.Account = new NetworkCredential("mailer", "right");
        _sink.Script = (verb, _) => Task.FromResult(verb switch { "MAIL" => "250 ok", "RCPT" => "554 5.7.1 Relay access denied", _ => null });
        var settings = Transports.To(_sink);
        (settings.User, settings.Password) = ("mailer", "wrong");

        (await Transports.Make(transport, settings).SendAsync(Transports.Message())).Should().Match<DeliveryOutcome>(outcome => outcome is DeliveryOutcome.PutOff || outcome is DeliveryOutcome.Unusable);
    }
}
