using System.Net;
using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Mail;

namespace AuthServer.Tests.Cli;

/// <summary>What operators do with mails; in a process of its own where .NET itself reads the environment.</summary>
public sealed class MailCommandTests(StoppedMailingServer server) : IClassFixture<StoppedMailingServer>, IAsyncLifetime
{
    public Task InitializeAsync()
    {
        server.Sink.Behave();
        (server.Sink.Certificate, server.Sink.IsImplicitTls, server.Sink.Account) = (null, false, null);
        return server.Database.ExecuteAsync("DELETE FROM email_outbox");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    [Trait("ASVS", "14.2.6")]
    public async Task Mails_that_were_given_up_are_listed_with_the_reason_and_nobodys_address()
    {
        var id = await RefusedAsync("very.private@example.net");

        var result = await RunAsync("mail", "dead");

        result.ExitCode.Should().Be(0);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().StartWith("ID ").And.EndWith("ANSWER");
        lines.Skip(1).Should().ContainSingle()
            .Which
                .Should()
                .StartWith($"{id}  test  v•••@example.net  ").And
                .Contain("1 attempt ").And
                .Contain("5.1.1 nobody here").And
                .NotContain("very.private");
        result.Error.Should().Be("1 mail was given up.\n");
        var json = await RunAsync("mail", "dead", "--json");
        (JsonNode.Parse(json.Output)!["id"]!.GetValue<Guid>(), json.Error).Should().Be((id, ""));
    }

    [Fact]
    public async Task One_mail_that_was_given_up_can_be_sent_after_all_and_the_others_are_not()
    {
        var (id, other) = (await RefusedAsync(), await RefusedAsync());
        server.Sink.Behave();

        (await RunAsync("mail", "retry", $"{id}")).Should().Be(new ServerProgram.Finished(0, "1 mail will be sent again.\n", ""));

        (await DueAsync(id)).Should().Be(("sent", 1));
        (await server.FindAsync(other)).State.Should().Be("dead");
        (await RunAsync("mail", "retry", $"{id}")).Error.Should().Be($"Nothing will be sent again: No mail {id} was given up.\n");
    }

    [Fact]
    public async Task All_mails_that_were_given_up_can_be_sent_after_all_with_settings_on_the_line()
    {
        var ids = new[] { await RefusedAsync(), await RefusedAsync() };
        server.Sink.Behave();

        (await RunAsync("mail", "retry", "--all", "--Tokens:Audience=clinic")).Should()
            .Be(new ServerProgram.Finished(0, "2 mails will be sent again.\n", ""));

        foreach (var id in ids)
        {
            (await DueAsync(id)).Should().Be(("sent", 1));
        }

        (await RunAsync("mail", "list")).Should().Be(new ServerProgram.Finished(0, "", "0 mails were given up.\n"));
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("mail", "lst")]
    [InlineData("mail", "retry")]
    [InlineData("mail", "retry", "some")]
    [InlineData("mail", "retry", "--all", "0197e0a4-0000-7000-8000-000000000000")]
    [InlineData("mail", "test")]
    [InlineData("mail", "list", "all")]
    public async Task A_line_that_says_too_little_or_too_much_does_nothing(params string[] line)
    {
        var id = await RefusedAsync();

        var result = await RunAsync(line);

        result.ExitCode.Should().Be(2);
        result.Error.Should().NotBeEmpty().And.NotContain("   at ");
        (await server.FindAsync(id)).State.Should().Be("dead");
    }

    [Fact]
    public async Task Without_a_database_one_line_says_so()
    {
        var environment = ServerProgram.GoodEnvironment($"postgresql://nobody@127.0.0.1:{ServerProgram.FreePort()}/none");

        (await ServerProgram.RunAsync(["mail", "list"], environment)).Should()
            .Be(new ServerProgram.Finished(
                1, "",
                "Mails cannot be listed: Nothing listens at the address in DATABASE_URL: start PostgreSQL, or correct host and port.\n"));
    }

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    [Trait("ASVS", "12.3.2")]
    public async Task A_mail_is_sent_encrypted_and_signed_in_to_the_server_that_an_authority_vouches_for(string security)
    {
        using var authority = new TestAuthority();
        (server.Sink.Certificate, server.Sink.IsImplicitTls) = (authority.Issue("localhost"), security == "tls");
        server.Sink.Account = new NetworkCredential("mailer", "a password: ü");

        var result = await TestAsync(authority, "a password: ü", security: security);

        result.Should().Be(new ServerProgram.Finished(0, "The mail was handed over.\n", ""));
        var mail = server.Sink.Mails[^1];
        (mail.IsEncrypted, mail.User, mail.To.Single(), mail.From).Should()
            .Be((true, "mailer", "dana@example.net", "no-reply@example.com"));
        ReceivedMail.Decode(mail["From"]).Should().Contain("Example Clinic");
    }

    [Theory]
    [InlineData("mail.example.com", 12)]
    [InlineData("localhost", 1)]
    [Trait("ASVS", "12.3.2")]
    public async Task A_certificate_for_another_name_or_of_yesterday_gets_no_mail(string host, int days)
    {
        using var authority = new TestAuthority();
        server.Sink.Certificate = authority.Issue(host, days);
        var before = server.Sink.Mails.Count;

        var result = await TestAsync(authority);

        result.ExitCode.Should().Be(1);
        result.Error.Should().StartWith("No mail was sent: The mail server cannot be used: ").And.NotContain("   at ");
        server.Sink.Mails.Should().HaveCount(before);
    }

    // What the server sent in the clear after accepting STARTTLS must be discarded once the connection is encrypted (CVE-2011-0411
    // and similar).
    [Fact]
    [Trait("ASVS", "12.3.1")]
    public async Task Answers_slipped_in_before_the_encryption_are_not_believed()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("localhost");
        var isEncrypted = false;
        using var raw = new RawSmtp(
            line => line.Split(' ')[0] switch
            {
                "EHLO" => $"250-raw.example.com\r\n250 {(isEncrypted ? "AUTH PLAIN" : "STARTTLS")}\r\n",
                "STARTTLS" => Promise(),
                "AUTH" => "235 welcome\r\n",
                _ => null,
            },
            certificate);

        string Promise()
        {
            isEncrypted = true;
            return "220 go\r\n250-raw.example.com\r\n250 AUTH LOGIN\r\n235 welcome\r\n";
        }

        await TestAsync(authority, "hush", raw.Port);

        raw.Heard.Should().Contain("STARTTLS").And.NotContain(line => line.StartsWith("AUTH LOGIN", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task A_wrong_password_is_told_and_not_shown()
    {
        using var authority = new TestAuthority();
        (server.Sink.Certificate, server.Sink.Account) = (authority.Issue("localhost"), new NetworkCredential("mailer", "right"));

        var result = await TestAsync(authority, "hush-hush");

        result.ExitCode.Should().Be(1);
        result.Error.Should().StartWith("No mail was sent: The mail server cannot be used: ").And.NotContain("hush");
    }

    [Fact]
    public async Task In_Development_without_a_mail_server_mails_are_files_in_the_data_folder()
    {
        var data = Directory.CreateTempSubdirectory("authserver-data-");
        try
        {
            var environment = ServerProgram.GoodEnvironment();
            environment["Email__Folder"] = null;
            environment["ASPNETCORE_ENVIRONMENT"] = "Development";
            environment["DATA_DIR"] = data.FullName;

            (await ServerProgram.RunProcessAsync(["mail", "test", "--to", "dana@example.net"], environment)).Should()
                .Be(new ServerProgram.Finished(0, "The mail was handed over.\n", ""));

            var mail =
                new ReceivedMail(
                    "", [], await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(data.FullName, "mail"), "*.eml").Single()));
            mail["To"].Should().Contain("dana@example.net");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private async Task<Guid> RefusedAsync(string? address = null)
    {
        server.Sink.Answer("RCPT", "550 5.1.1 nobody here");
        var id = await server.EnqueueAsync(address);
        await server.WaitForStateAsync(id, "dead");
        return id;
    }

    // The command uses the machine's clock, which has advanced since this server's clock was stopped.
    private async Task<(string State, int Attempts)> DueAsync(Guid id)
    {
        await server.Database.ExecuteAsync("UPDATE email_outbox SET next_attempt_at = created_at WHERE id = @id", ("id", id));
        var owed = await server.WaitForStateAsync(id, "sent");
        return (owed.State, owed.Attempts);
    }

    private Task<ServerProgram.Finished> RunAsync(params string[] line) =>
        ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));

    private async Task<ServerProgram.Finished> TestAsync(
        TestAuthority authority, string? password = null, int? port = null, string security = "starttls")
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, authority.Pem);
            return await ServerProgram.RunProcessAsync(
                ["mail", "test", "--to", "dana@example.net"],
                new Dictionary<string, string?>(ServerProgram.GoodEnvironment(), StringComparer.Ordinal)
                {
                    ["Email__Folder"] = null,
                    ["SMTP_HOST"] = "localhost",
                    ["SMTP_PORT"] = $"{port ?? server.Sink.Port}",
                    ["SMTP_SECURITY"] = security,
                    ["SMTP_USER"] = password is null ? null : "mailer",
                    ["SMTP_PASSWORD"] = password,
                    ["EMAILS_FROM_EMAIL"] = "no-reply@example.com",
                    ["EMAILS_FROM_NAME"] = "Example Clinic",
                    ["SSL_CERT_FILE"] = file,
                });
        }
        finally
        {
            File.Delete(file);
        }
    }
}
