using System.Net;
using AuthServer.Mail.Transport;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>An attacker between us and the mail server gets neither the password nor a mail.</summary>
public sealed class SmtpEncryptionTests : IAsyncLifetime, IDisposable
{
    private readonly SmtpSink _sink = SmtpSink.Started();
    private readonly TestAuthority _authority = new();

    public Task InitializeAsync()
    {
        _sink.Account = new NetworkCredential("mailer", "hush");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sink.DisposeAsync().AsTask();

    public void Dispose() => _authority.Dispose();

    [Fact]
    [Trait("ASVS", "12.3.1")]
    public async Task Where_STARTTLS_is_not_offered_nothing_is_sent()
    {
        (await SendAsync()).Should().BeOfType<DeliveryOutcome.Unusable>();

        NothingWasSent();
    }

    [Fact]
    [Trait("ASVS", "12.3.1")]
    public async Task Where_STARTTLS_is_refused_nothing_is_sent()
    {
        _sink.Certificate = _authority.Issue("localhost");
        foreach (var reply in (string[])["454 not now", "501 what?", "554 no", SmtpSink.Cut])
        {
            _sink.Answer("STARTTLS", reply);
            (await SendAsync()).Should().BeOfType<DeliveryOutcome.Unusable>("of {0}", reply);
        }

        NothingWasSent();
    }

    [Fact]
    [Trait("ASVS", "12.3.2")]
    public async Task To_a_server_whose_certificate_nobody_vouches_for_nothing_is_sent()
    {
        _sink.Certificate = _authority.Issue("localhost");

        (await SendAsync()).Should().BeOfType<DeliveryOutcome.Unusable>();

        NothingWasSent();
    }

    [Fact]
    [Trait("ASVS", "12.3.2")]
    public async Task To_a_server_that_encrypts_from_the_first_byte_without_a_good_certificate_nothing_is_sent()
    {
        (_sink.Certificate, _sink.IsImplicitTls) = (_authority.Issue("localhost"), true);

        (await SendAsync(SmtpSecurity.Tls)).Should().BeOfType<DeliveryOutcome.Unusable>();

        (_sink.Mails.Count, _sink.Commands.Count, _sink.ConnectionCount).Should().Be((0, 0, 1));
    }

    [Fact]
    [Trait("ASVS", "12.3.1")]
    public async Task Where_encryption_is_to_begin_with_the_first_byte_and_does_not_nothing_is_sent()
    {
        (await SendAsync(SmtpSecurity.Tls)).Should().BeOfType<DeliveryOutcome.Unusable>();

        _sink.Mails.Should().BeEmpty();
        _sink.Commands.Should().NotContain(command => command.StartsWith('A') || command.StartsWith('M'));
    }

    private Task<DeliveryOutcome> SendAsync(SmtpSecurity security = SmtpSecurity.StartTls)
    {
        var settings = Transports.To(_sink);
        (settings.Security, settings.User, settings.Password) = (security, "mailer", "hush");
        return Transports.Make(settings).SendAsync(Transports.Message());
    }

    private void NothingWasSent()
    {
        _sink.Mails.Should().BeEmpty();
        _sink.Commands
            .Should()
            .NotBeEmpty().And
            .NotContain(
                command => command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
    }
}
