using System.Net;
using System.Text;
using AuthServer.Mail.Transport;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>Authentication at the mail server: failures are not blamed on any mail, and the secret stays secret.</summary>
public sealed class SmtpSignInTests : IAsyncLifetime
{
    private const string Secret = "hush-hush: ü";

    private readonly SmtpSink _sink = SmtpSink.Started();

    public Task InitializeAsync()
    {
        _sink.Account = new NetworkCredential("mailer", Secret);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sink.DisposeAsync().AsTask();

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("LOGIN PLAIN X-OWN")]
    public async Task It_signs_in_by_a_way_that_the_server_knows(string mechanisms)
    {
        _sink.Mechanisms = mechanisms;

        (await SendAsync(_sink.Port)).Should().Be(new DeliveryOutcome.Sent());

        _sink.Mails.Single().User.Should().Be("mailer");
    }

    [Theory]
    [InlineData("535 5.7.8 wrong")]
    [InlineData("534 5.7.9 too weak")]
    [InlineData("454 4.7.0 not now")]
    [InlineData("421 closing")]
    [InlineData("334 no base64 at all")]
    [InlineData(SmtpSink.Cut)]
    public async Task A_sign_in_that_fails_is_no_fault_of_the_mail(string reply)
    {
        _sink.Answer("AUTH", reply);

        (await SendAsync(_sink.Port)).Should().BeOfType<DeliveryOutcome.Unusable>();

        _sink.Behave();
        (await SendAsync(_sink.Port)).Should().Be(new DeliveryOutcome.Sent());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("X-OWN")]
    public async Task A_server_that_knows_no_way_of_signing_in_that_we_know_is_unusable(string? mechanisms)
    {
        (_sink.Account, _sink.Mechanisms) = (mechanisms is null ? null : _sink.Account, mechanisms ?? "");

        (await SendAsync(_sink.Port)).Should().BeOfType<DeliveryOutcome.Unusable>();

        _sink.Mails.Should().BeEmpty();
    }

    [Fact]
    public async Task A_server_that_falls_silent_over_a_sign_in_is_unusable()
    {
        _ = _sink.Hold("AUTH", Task.Delay(Timeout.Infinite));

        (await SendAsync(_sink.Port, timeouts: Transports.Impatient)).Should().BeOfType<DeliveryOutcome.Unusable>();
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData($"\0mailer\0{Secret}")]
    [Trait("ASVS", "16.2.5")]
    public async Task A_server_that_repeats_what_it_was_sent_does_not_get_the_password_into_the_log(string sent)
    {
        var repeated = Convert.ToBase64String(Encoding.UTF8.GetBytes(sent));
        _sink.Answer("AUTH", $"500 5.5.1 what is AUTH PLAIN {repeated}");

        var reason = (await SendAsync(_sink.Port)).Should().BeOfType<DeliveryOutcome.Unusable>().Subject.Reason;

        reason.Should().Contain("what is AUTH PLAIN •••").And.NotContain(repeated);
    }

    [Fact]
    public async Task An_access_token_is_shown_as_XOAUTH2_wants_it()
    {
        using var raw = new RawSmtp(line => line.Split(' ')[0] switch
        {
            "EHLO" => "250-raw.example.com\r\n250 AUTH PLAIN XOAUTH2\r\n",
            "AUTH" => "235 welcome\r\n",
            _ => null,
        });

        (await SendAsync(raw.Port, token: "a-token")).Should().Be(new DeliveryOutcome.Sent());

        var shown = raw.Heard.Single(line => line.StartsWith("AUTH ", StringComparison.Ordinal)).Split(' ');
        shown[1].Should().Be("XOAUTH2");
        Encoding.UTF8.GetString(Convert.FromBase64String(shown[2])).Should().Be("user=mailer\u0001auth=Bearer a-token\u0001\u0001");
    }

    // The server first sends its reason in base64, and the code only after a response.
    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task An_access_token_that_has_ended_is_no_fault_of_the_mail_and_stays_out_of_the_reason()
    {
        var details = Convert.ToBase64String("""{"status":"401","schemes":"bearer"}"""u8);
        using var raw = new RawSmtp(line => line.Split(' ')[0] switch
        {
            "EHLO" => "250-raw.example.com\r\n250 AUTH XOAUTH2\r\n",
            "AUTH" => $"334 {details}\r\n",
            "" => "535 5.7.3 a-token has ended\r\n",
            _ => null,
        });

        var reason = (await SendAsync(raw.Port, token: "a-token")).Should().BeOfType<DeliveryOutcome.Unusable>().Subject.Reason;

        reason.Should().Contain("5.7.3").And.NotContain("a-token");
        raw.Heard.Should().NotContain(line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    private Task<DeliveryOutcome> SendAsync(int port, string? token = null, MailTimeouts? timeouts = null)
    {
        var settings = Transports.To(_sink);
        (settings.Port, settings.User) = (port, "mailer");
        (settings.Password, settings.AccessToken) = (token is null ? Secret : null, token);
        return Transports.Make(settings, timeouts).SendAsync(Transports.Message());
    }
}
