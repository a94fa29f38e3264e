using AuthServer.Mail.Transport;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>Mails arrive as intended, whatever text people put into them.</summary>
public sealed class MailFormTests : IAsyncLifetime
{
    private const string Hebrew = "איפוס הסיסמה שלך באתר המרפאה הדיגיטלית של העיר הגדולה, בבקשה לא להעביר הלאה 🩺🩺🩺 תודה רבה";

    private readonly SmtpSink _sink = SmtpSink.Started();

    public static TheoryData<string> Tricks => new(
        "\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "\rBcc: eve@example.org", "\u2028Bcc: eve@example.org",
        "\u0085Bcc: eve@example.org", "\0Bcc: eve@example.org", "\ud83d Bcc: eve@example.org", "\r\n\r\n<script>",
        "\" <eve@example.org>, \"", "=?utf-8?q?Bcc:_eve@example.org?=", "\u202eBcc: eve@example.org",
        "\r\n.\r\nRCPT TO:<eve@example.org>");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _sink.DisposeAsync().AsTask();

    [Fact]
    public async Task A_mail_arrives_with_its_headers_and_both_of_its_texts()
    {
        var settings = Transports.To(_sink);
        settings.FromName = "Example Clinic";
        var message =
            Transports.Message(
                html: "<p>Hello <a href=\"https://auth.example.com/?token=a=b\">you</a></p>",
                text: "Hello you\nhttps://auth.example.com/?token=a=b");

        (await Transports.Make(settings).SendAsync(message)).Should().Be(new DeliveryOutcome.Sent());

        var mail = _sink.Mails.Should().ContainSingle().Subject;
        (mail.From, mail.To.Single()).Should().Be(("no-reply@example.com", "dana@example.net"));
        mail.MessageId.Should().Be(message.MessageId);
        mail["Date"].Should().MatchRegex(@"^([A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$");
        mail["From"].Should().MatchRegex("^\"?Example Clinic\"? <no-reply@example.com>$");
        mail["To"].Should().MatchRegex("^<?dana@example.net>?$");
        mail.Subject.Should().Be("Reset your password");
        mail["Auto-Submitted"].Should().Be("auto-generated");
        mail["Content-Language"].Should().Be("en");
        mail["Content-Type"].Should().StartWith("multipart/alternative");
        mail.Parts.Should().Equal(
            new MailPart("text/plain", "Hello you\r\nhttps://auth.example.com/?token=a=b"),
            new MailPart("text/html", message.Mail.Html));
    }

    [Fact]
    public async Task Hebrew_arrives_whole_in_names_subjects_and_texts()
    {
        var settings = Transports.To(_sink);
        settings.FromName = "מרפאת הדוגמה";

        var message = Transports.Message(subject: Hebrew, html: $"<p dir=\"rtl\">{Hebrew}</p>", text: Hebrew, language: "he");
        await Transports.Make(settings).SendAsync(message);

        var mail = _sink.Mails.Should().ContainSingle().Subject;
        mail.Subject.Should().Be(Hebrew);
        ReceivedMail.Decode(mail["From"]).Should().MatchRegex("^\"?מרפאת הדוגמה\"? <no-reply@example.com>$");
        mail["Content-Language"].Should().Be("he");
        mail.Parts.Select(part => part.Text).Should().Equal(Hebrew, $"<p dir=\"rtl\">{Hebrew}</p>");
        mail.Text.All(char.IsAscii).Should().BeTrue();
    }

    [Fact]
    public async Task Lines_of_dots_and_lines_without_end_arrive_as_they_were()
    {
        var text = $".\r\n..\r\n.hidden\r\n\r\n{new string('x', 5000)}\r\n--=_\r\nFrom here = there \r\nlast \t";

        await Transports.Make(Transports.To(_sink)).SendAsync(Transports.Message(text: text, html: text));

        var mail = _sink.Mails.Should().ContainSingle().Subject;
        mail.Parts.Select(part => part.Text).Should().Equal(text, text);
        // RFC 5322 section 2.1.1.
        mail.Text
            .Split("\r\n")
            .Should()
            .OnlyContain(line => line.Length <= 998).And
            .OnlyContain(line => !line.Contains('\n') && !line.Contains('\r'));
    }

    [Theory]
    [MemberData(nameof(Tricks))]
    [Trait("ASVS", "1.3.11")]
    public async Task Nothing_in_a_name_a_subject_or_a_language_becomes_a_header(string trick)
    {
        var settings = Transports.To(_sink);
        settings.FromName = $"Clinic{trick}";

        await Transports.Make(settings).SendAsync(Transports.Message(subject: $"Hello{trick}", language: $"en{trick}"));

        var mail = _sink.Mails.Should().ContainSingle().Subject;
        mail.To.Should().Equal("dana@example.net");
        mail.Headers.Select(header => header.Key.ToUpperInvariant()).Should().OnlyHaveUniqueItems().And.BeSubsetOf(
            ["FROM", "TO", "SUBJECT", "DATE", "MESSAGE-ID", "AUTO-SUBMITTED", "CONTENT-LANGUAGE", "MIME-VERSION", "CONTENT-TYPE"]);
        mail.Headers.Single(header => header.Key == "From").Value.Should().EndWith(" <no-reply@example.com>");
        mail.Subject.Should().StartWith("Hello").And.NotContainAny("\r", "\n", "\0", "\u2028", "\u0085", "\u202e");
        mail.Parts.Select(part => part.Text).Should().Equal("Hello", "<p>Hello</p>");
    }

    [Theory]
    [MemberData(nameof(Tricks))]
    [Trait("ASVS", "1.3.11")]
    public async Task Nothing_in_a_tenants_name_becomes_a_header(string trick)
    {
        await Transports.Make(Transports.To(_sink)).SendAsync(Transports.Message() with { SenderName = $"Clinic{trick}" });

        var mail = _sink.Mails.Should().ContainSingle().Subject;
        mail.To.Should().Equal("dana@example.net");
        mail.Headers.Select(header => header.Key.ToUpperInvariant()).Should().OnlyHaveUniqueItems().And.NotContain("BCC");
        mail["From"].Should().EndWith(" <no-reply@example.com>");
        // Those that look like an address are not used at all.
        ReceivedMail.Decode(mail["From"]).Should().ContainAny("Clinic", "AuthServer").And.NotContain("eve");
    }

    [Fact]
    public async Task A_tenants_name_with_nothing_to_read_is_none()
    {
        await Transports.Make(Transports.To(_sink)).SendAsync(Transports.Message() with { SenderName = "\r\n \u202e" });

        _sink.Mails.Should().ContainSingle().Subject["From"].Should().Contain("AuthServer");
    }

    [Fact]
    [Trait("ASVS", "1.3.11")]
    public async Task An_address_that_would_be_two_is_refused_and_nothing_is_sent()
    {
        foreach (var address in (string[])["dana@example.net\r\nRCPT TO:<eve@example.org>", "dana@example.net> SIZE=1", "dana", ""])
        {
            var outcome = await Transports.Make(Transports.To(_sink)).SendAsync(Transports.Message(to: address));
            outcome.Should().BeOfType<DeliveryOutcome.Refused>("of {0}", address);
        }

        _sink.Mails.Should().BeEmpty();
        _sink.Commands.Should().NotContain(command => command.Contains("eve", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("ASVS", "14.2.4")]
    public async Task In_a_folder_a_mail_is_a_readable_file_that_nobody_else_can_open_and_the_same_mail_again_is_the_same_file()
    {
        var folder = Directory.CreateTempSubdirectory("authserver-mail-");
        try
        {
            var settings = new EmailSettings { Folder = Path.Combine(folder.FullName, "mail") };
            var transport = new FolderTransport(settings, Transports.SenderFor(settings));
            var message = Transports.Message(subject: Hebrew, text: Hebrew);

            (await transport.SendAsync(message)).Should().Be(new DeliveryOutcome.Sent());
            (await transport.SendAsync(message)).Should().Be(new DeliveryOutcome.Sent());

            var file = Directory.EnumerateFileSystemEntries(settings.Folder).Should().ContainSingle().Subject;
            Path.GetFileName(file).Should().Be($"20261121T060509Z-{message.MessageId[1..37]}.eml");
            var mail = new ReceivedMail("", [], await File.ReadAllTextAsync(file));
            mail.Subject.Should().Be(Hebrew);
            mail.Parts[0].Text.Should().Be(Hebrew);
            mail["From"].Should().Contain("no-reply@auth.example.com");
            new FileInfo(file).UnixFileMode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            new DirectoryInfo(settings.Folder).UnixFileMode.Should()
                .Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_no_fault_of_the_mail()
    {
        var settings = new EmailSettings { Folder = "/dev/null/mail" };

        (await new FolderTransport(settings, Transports.SenderFor(settings)).SendAsync(Transports.Message())).Should()
            .BeOfType<DeliveryOutcome.Unusable>();
    }
}
