using System.Globalization;
using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>The notice that an account was locked because of wrong passwords.</summary>
internal sealed class AccountLockedMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    // Hardly less than the last lock, because the attempt was counted a moment ago. No lock of the ordinary kind lasts that long.
    private static readonly TimeSpan Long = SignInThrottle.LastLock - TimeSpan.FromMinutes(10);

    // Once an hour, so that guessing cannot fill the mailbox as well; but always if waiting hardly helps any more.
    private const string OncePerHour = $"""
        users u
        WHERE u.id = @user_id AND u.status = 'active' AND u.email_confirmed
            AND EXISTS (SELECT 1 FROM sign_in_lockouts WHERE identifier = @identifier AND locked_until IS NOT NULL)
            AND (NOT EXISTS (SELECT 1 FROM email_outbox o WHERE o.user_id = u.id AND o.kind = '{MailKinds.AccountLocked}'
                    AND o.created_at > @hour_ago)
                OR EXISTS (SELECT 1 FROM sign_in_lockouts
                    WHERE identifier = @identifier AND network = '{SignInLockout.Anywhere}' AND locked_until > @long_from))
        """;

    private const string Data =
        $"jsonb_build_object('{EmailOutbox.Until}', (SELECT max(locked_until) FROM sign_in_lockouts WHERE identifier = @identifier))";

    private static readonly string Sql = OutboxInsert.ToUsers(MailKinds.AccountLocked, OncePerHour, Data);

    public string Kind => MailKinds.AccountLocked;

    public static NpgsqlBatchCommand Enqueue(Guid userId, SignInAttempt attempt, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return SqlStep.Of(Sql)
            .Add("user_id", userId)
            .Add("identifier", attempt.Identifier)
            .Add("now", now)
            .Add("hour_ago", now - TimeSpan.FromHours(1))
            .Add("long_from", now + Long);
    }

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        var until = DateTimeOffset.Parse(owed.Details()[EmailOutbox.Until], CultureInfo.InvariantCulture);
        var link = links.ForgottenPassword(texts);
        return await printer.PrintAsync(
            owed.Address, until - owed.CreatedAt > Long ? texts.PasswordRefused(until, link) : texts.AccountLocked(until, link));
    }
}
