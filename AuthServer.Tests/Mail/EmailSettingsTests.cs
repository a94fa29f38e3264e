using AuthServer.Mail.Transport;
using AuthServer.Platform.Configuration;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

public sealed class EmailSettingsTests
{
    [Fact]
    public void A_mail_server_and_an_address_are_all_it_takes_and_a_folder_alone_is_enough()
    {
        Faults(Good).Should().BeEmpty();
        Faults(new() { Folder = "/var/mail" }).Should().BeEmpty();
        new EmailSettings().EffectivePort.Should().Be(587);
        new EmailSettings { Security = SmtpSecurity.Tls }.EffectivePort.Should().Be(465);
        new EmailSettings { Security = SmtpSecurity.Tls, Port = 2465 }.EffectivePort.Should().Be(2465);
    }

    [Fact]
    public void Without_a_way_for_mails_the_fault_says_what_to_set() =>
        Faults(new()).Should().ContainSingle().Which.Should().ContainAll("SMTP_HOST is not set", "EMAILS_FROM_EMAIL", "Email__Folder");

    [Fact]
    public void Two_ways_for_mails_are_one_too_many() => Fault(settings => settings.Folder = "/var/mail").Should().Contain("both set");

    [Theory]
    [InlineData(null)]
    [InlineData("not an address")]
    [InlineData("no-reply@example.com\r\nBcc: eve@example.org")]
    [InlineData("Clinic <no-reply@example.com>")]
    public void Who_mails_come_from_must_be_an_address(string? from) =>
        Fault(settings => settings.FromAddress = from).Should().Contain("EMAILS_FROM_EMAIL");

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void The_port_must_be_one(int port) => Fault(settings => settings.Port = port).Should().Contain("SMTP_PORT");

    [Theory]
    [InlineData(465, SmtpSecurity.StartTls, "SMTP_SECURITY=tls")]
    [InlineData(587, SmtpSecurity.Tls, "SMTP_SECURITY=starttls")]
    public void A_port_that_speaks_the_other_way_of_encryption_is_told(int port, SmtpSecurity security, string remedy) =>
        Fault(settings => (settings.Port, settings.Security) = (port, security)).Should().Contain("SMTP_PORT").And.Contain(remedy);

    [Theory]
    [InlineData("mail.example.com:587")]
    [InlineData("smtp://mail.example.com")]
    [InlineData("smtp://user:secret@mail.example.com:587")]
    public void The_host_is_a_name_alone(string host) =>
        Fault(settings => settings.Host = host).Should().Contain("SMTP_HOST").And.Contain("SMTP_PORT").And.NotContain("secret");

    [Theory]
    [InlineData("mail.example.com")]
    [InlineData("10.0.0.5")]
    [InlineData("localhost.example.com")]
    [Trait("ASVS", "12.3.1")]
    public void Only_to_this_machine_do_mails_travel_in_the_clear(string host)
    {
        Fault(settings => (settings.Security, settings.Host) = (SmtpSecurity.None, host)).Should().Contain("SMTP_SECURITY");
        foreach (var here in (string[])["localhost", "127.0.0.1", "::1"])
        {
            var settings = Good;
            (settings.Security, settings.Host) = (SmtpSecurity.None, here);
            Faults(settings).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("mailer", null, null)]
    [InlineData(null, "secret", null)]
    [InlineData("mailer", "secret", "token")]
    public void Signing_in_takes_a_user_and_one_secret(string? user, string? password, string? token) =>
        Faults(With(settings => (settings.User, settings.Password, settings.AccessToken) = (user, password, token)))
            .Should()
                .Contain(fault => fault.Contains("SMTP_USER", StringComparison.Ordinal)).And
                .NotContain(fault => fault.Contains("secret", StringComparison.Ordinal));

    [Fact]
    public void Encryption_from_the_first_byte_and_an_access_token_are_as_good_as_STARTTLS_and_a_password() =>
        Faults(With(settings => (settings.Security, settings.User, settings.AccessToken) = (SmtpSecurity.Tls, "mailer", "token")))
            .Should().BeEmpty();

    [Theory]
    [InlineData("SMTP_PORT", "many", "SMTP_PORT", "a whole number")]
    [InlineData("SMTP_SECURITY", "ssl", "SMTP_SECURITY", "StartTls or Tls or None")]
    [InlineData("Email__From", "x", "Email:From is not known", "FromAddress")]
    [InlineData("Email__Folder", null, "SMTP_HOST is not set", "EMAILS_FROM_EMAIL")]
    public async Task A_server_without_a_way_for_mails_does_not_start(string variable, string? value, string key, string remedy)
    {
        var environment = ServerProgram.GoodEnvironment();
        environment[variable] = value;

        var result = await ServerProgram.RunAsync(["--check-configuration"], environment);

        result.ExitCode.Should().Be(78);
        result.Error
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Should()
            .ContainSingle().Which
            .Should()
            .StartWith("Configuration: ").And
            .Contain(key).And
            .Contain(remedy);
    }

    private static EmailSettings Good => new() { Host = "mail.example.com", FromAddress = "no-reply@example.com" };

    private static EmailSettings With(Action<EmailSettings> change)
    {
        var settings = Good;
        change(settings);
        return settings;
    }

    private static string Fault(Action<EmailSettings> change) => Faults(With(change)).Should().ContainSingle().Subject;

    private static List<string> Faults(EmailSettings settings) => [.. ((ISettings)settings).Validate()];
}
