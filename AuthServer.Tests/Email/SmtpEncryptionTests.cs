using System.Net;
using AuthServer.Email;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Email;

/// <summary>Somebody on the way to the mail server must get neither the password nor a mail.</summary>
public sealed class SmtpEncryptionTests : IAsyncLifetime, IDisposable
{
    private readonly SmtpSink _sink = SmtpSink.Started();
    private readonly TestAuthority _authority = new();

    public static TheoryData<string> Names => new(Transports.Names);

    public Task InitializeAsync()
    {
        _sink.Account = new NetworkCredential("mailer", "hush");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sink.DisposeAsync().AsTask();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("ASVS", "12.3.1")]
    public async Task Where_STARTTLS_is_not_offered_nothing_is_sent(string transport)
    {
        (await SendAsync(transport)).Should().BeOfType<DeliveryOutcome.Unusable>();

        NothingWasSent();
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("ASVS", "12.3.1")]
    public async Task Where_STARTTLS_is_refused_nothing_is_sent(string transport)
    {
        _sink.Certificate = _authority.Issue("localhost");
        _sink.Answer("STARTTLS", "454 not now");

        (await SendAsync(transport)).Should().BeOfType<DeliveryOutcome.Unusable>();

        NothingWasSent();
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("ASVS", "12.3.2")]
    public async Task To_a_server_whose_certificate_nobody_vouches_for_nothing_is_sent(string transport)
    {
        _sink.Certificate = _authority.Issue("localhost");

        (await SendAsync(transport)).Should().BeOfType<DeliveryOutcome.Unusable>();

        NothingWasSent();
    }

    // What is said in the clear after the promise to encrypt must not be believed once it is encrypted (CVE-2011-0411 and its kin).
    [Theory]
    [MemberData(nameof(Names))]
    [Trait("ASVS", "12.3.1")]
    public async Task Answers_slipped_in_before_the_encryption_are_not_believed(string transport)
    {
        _sink.Certificate = _authority.Issue("localhost");
        _sink.Answer("STARTTLS", "220 go\r\n250 sink.example.com\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken");

        (await SendAsync(transport)).Should().BeOfType<DeliveryOutcome.Unusable>();

        NothingWasSent();
    }

    private Task<DeliveryOutcome> SendAsync(string transport)
    {
        var settings = Transports.To(_sink);
        (settings.Security, settings.User, settings.Password) = (SmtpSecurity.StartTls, "mailer", "hush");
        return Transports.Make(transport, settings, Transports.Impatient).SendAsync(Transports.Message());
    }

    private void NothingWasSent()
    {
        _sink.Mails.Should().BeEmpty();
        _sink.Commands.Should().NotBeEmpty().And.NotContain(command => command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
    }
}
