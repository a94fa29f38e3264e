using System.Globalization;
using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>The notice that an account was locked because somebody guessed at its password.</summary>
internal sealed class AccountLockedMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    // Once an hour: whoever guesses must not be able to fill the mailbox as well.
    private const string Sql = $"""
        INSERT INTO email_outbox {EmailOutbox.Columns}
        SELECT gen_random_uuid(), '{MailKinds.AccountLocked}', u.id, u.email, u.locale,
            jsonb_build_object('{EmailOutbox.Until}', (SELECT max(locked_until) FROM sign_in_lockouts WHERE identifier = @identifier)),
                {EmailOutbox.Fresh}
        FROM users u
        WHERE u.id = @user_id AND u.status = 'active' AND u.email_confirmed
            AND EXISTS (SELECT 1 FROM sign_in_lockouts WHERE identifier = @identifier AND locked_until IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM email_outbox o WHERE o.user_id = u.id AND o.kind = '{MailKinds.AccountLocked}'
                AND o.created_at > @hour_ago)
        """;

    public string Kind => MailKinds.AccountLocked;

    public static NpgsqlBatchCommand Enqueue(Guid userId, SignInAttempt attempt, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var step = new NpgsqlBatchCommand(Sql);
        step.Parameters.AddRange(
            new NpgsqlParameter[]
            {
                new("user_id", userId),
                new("identifier", attempt.Identifier),
                new("now", now),
                new("hour_ago", now - TimeSpan.FromHours(1))
            });
        return step;
    }

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        var until = DateTimeOffset.Parse(owed.Details()[EmailOutbox.Until], CultureInfo.InvariantCulture);
        return await printer.PrintAsync(owed.Address, texts.AccountLocked(until, links.ForgottenPassword(texts)));
    }
}
