using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Mail;

/// <summary>A mail of no leaf, with a new token each time it is rendered, like a real one.</summary>
internal sealed class TestMailWriter : IMailWriter
{
    public const string TestKind = "test";

    public string Kind => TestKind;

    public Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) => owed.Language switch
    {
        "x-nobody" => Task.FromResult<RenderedMail?>(null),
        "x-broken" => throw new InvalidOperationException($"The mail to {owed.Address} with its token hush-hush is broken."),
        _ => Task.FromResult<RenderedMail?>(new(owed.Address, "Hello", "<p>Hello</p>", $"token {Guid.NewGuid()}", "en")),
    };
}

/// <summary>A server that sends its mails to a sink, unencrypted, because it is on this machine.</summary>
public class MailingServer : TestServer
{
    public SmtpSink Sink { get; } = SmtpSink.Started();

    public MailingServer()
    {
        Settings["Email:Folder"] = "";
        Settings["Email:Host"] = "localhost";
        Settings["Email:Port"] = $"{Sink.Port}";
        Settings["Email:Security"] = "None";
        Settings["Email:FromAddress"] = "no-reply@example.com";
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Sink.DisposeAsync();
    }

    protected override void ConfigureServices(IServiceCollection services) => services.AddScoped<IMailWriter, TestMailWriter>();
}

internal static class TestMails
{
    /// <summary>Queues a mail with the given age and returns its id.</summary>
    public static async Task<Guid> EnqueueAsync(
        this TestServer server, string? address = null, string? language = null, TimeSpan? age = null,
        string kind = TestMailWriter.TestKind)
    {
        var (id, createdAt) = (Guid.NewGuid(), server.Clock.GetUtcNow() - (age ?? TimeSpan.Zero));
        await server.Database.ExecuteAsync(
            OutboxInsert.Sql("@kind", address: "@address", id: "@id", language: "@language"),
            ("id", id), ("kind", kind), ("address", address ?? Api.NewEmail()), ("language", language ?? "en"), ("now", createdAt));
        return id;
    }

    public static Task<Owed> FindAsync(this TestServer server, Guid id) => server.Database.FindAsync(id);

    public static async Task<Owed> FindAsync(this TestDatabase database, Guid id)
    {
        await using var command =
            database.Owner.CreateCommand(
                "SELECT state, attempts, next_attempt_at, finished_at, last_error FROM email_outbox WHERE id = @id");
        command.Parameters.AddWithValue("id", id);
        await using var row = await command.ExecuteReaderAsync();
        (await row.ReadAsync()).Should().BeTrue();
        return new(
            row.GetString(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2),
            row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3), row.IsDBNull(4) ? null : row.GetString(4));
    }

    public static async Task<Owed> WaitForStateAsync(this TestServer server, Guid id, string state, int? attempts = null)
    {
        await Eventually.TrueAsync(
            async () => await server.FindAsync(id) is var owed
                && owed.State == state
                && owed.Attempts == (attempts ?? owed.Attempts)
                && owed.IsSettled(server.Clock),
            $"{state} after {attempts} attempts");
        return await server.FindAsync(id);
    }

    public static string MessageIdOf(Guid id) => $"<{id:D}@example.com>";

    internal sealed record Owed(string State, int Attempts, DateTimeOffset NextAttemptAt, DateTimeOffset? FinishedAt, string? LastError)
    {
        /// <summary>Whether it is not being sent at the moment; requires a stopped clock.</summary>
        public bool IsSettled(TestClock clock) => FinishedAt is not null || NextAttemptAt != clock.GetUtcNow() + OutboxQueue.Lease;
    }
}
