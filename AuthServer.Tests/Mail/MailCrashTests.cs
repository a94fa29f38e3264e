using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>The server is killed with -9 while sending a mail: the next one sends it.</summary>
public sealed class MailCrashTests : IAsyncLifetime
{
    private readonly SmtpSink _sink = SmtpSink.Started();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        await _sink.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("MAIL", 1)]
    [InlineData("END", 1)]
    [InlineData("KEPT", 2)]
    public async Task A_server_killed_before_it_could_write_down_that_a_mail_was_sent_sends_it_again_under_the_same_Message_ID(
        string killedAt, int copies)
    {
        Guid id;
        await using (var killed = await ServerProgram.ServeAsync(Environment()))
        {
            var person = await killed.Api.RegisterAsync();
            // The mail about the registration.
            await _sink.WaitForAsync(1);
            var reached = _sink.Hold(killedAt, Task.Delay(Timeout.Infinite));
            (await killed.Api.PostAsync("auth/password/reset/request", new { email = person.Email })).EnsureSuccessStatusCode();
            await reached;
            id = await _database.QueryAsync<Guid>($"SELECT id FROM email_outbox WHERE kind = '{MailKinds.ResetPassword}'");
        }

        (await _database.FindAsync(id)).Should().Match<TestMails.Owed>(owed => owed.State == "pending" && owed.Attempts == 1);
        _sink.Behave();
        await using var next = await ServerProgram.ServeAsync(Environment());
        (await _database.FindAsync(id)).Attempts.Should().Be(1, "the lease of the dead one holds");
        await _database.ExecuteAsync("UPDATE email_outbox SET next_attempt_at = created_at WHERE id = @id", ("id", id));

        await Eventually.TrueAsync(async () => (await _database.FindAsync(id)).State == "sent", "a mail that was sent");
        _sink.Mails.Count(mail => mail.MessageId == TestMails.MessageIdOf(id)).Should().Be(copies);
    }

    private Dictionary<string, string?> Environment() =>
        new(ServerProgram.GoodEnvironment(_database.ServerConnection), StringComparer.Ordinal)
        {
            ["Email__Folder"] = null,
            ["SMTP_HOST"] = "localhost",
            ["SMTP_PORT"] = $"{_sink.Port}",
            ["SMTP_SECURITY"] = "none",
            ["EMAILS_FROM_EMAIL"] = "no-reply@example.com",
        };
}
