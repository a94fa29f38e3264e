using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Takes a person out of rows that are not theirs and stay: mails to their address, what others wrote their address into,
/// and what they decided about others.
/// </summary>
internal sealed class ReferencesInOtherRows(AuthDbContext db, TimeProvider clock)
{
    /// <summary>In the open transaction.</summary>
    public async Task EraseAsync(User user, Guid pseudonym, CancellationToken cancellationToken)
    {
        await EraseAddressAsync(user, cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"UPDATE licences SET verified_by = {pseudonym} WHERE verified_by = {user.Id}", cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE assisted_resets SET requested_by = CASE WHEN requested_by = {user.Id} THEN {pseudonym} ELSE requested_by END,
                decided_by = CASE WHEN decided_by = {user.Id} THEN {pseudonym} ELSE decided_by END
            WHERE requested_by = {user.Id} OR decided_by = {user.Id}
            """, cancellationToken);
    }

    // Whoever asked to have this address instead of their own: their wish, and the word about it in a mail to them.
    private async Task EraseAddressAsync(User user, CancellationToken cancellationToken)
    {
        string[] addresses = [user.NormalizedEmail!, user.Email!];
        // Not even masked: a domain can be a person's own.
        var (canonical, nothing) = (user.NormalizedEmail!, EmailAddress.Mask(""));
        await db.Database.ExecuteSqlAsync($"""
            WITH askers AS (
                SELECT DISTINCT user_id FROM email_outbox WHERE address = ANY ({addresses}) AND kind = {MailKinds.ConfirmNewEmail}
                    AND user_id <> {user.Id}),
            wished AS (
                UPDATE users u SET pending_email = NULL, pending_email_at = NULL FROM askers a
                    WHERE u.id = a.user_id AND lower(u.pending_email) = {canonical})
            UPDATE email_outbox o SET data = o.data || jsonb_build_object({EmailOutbox.NewAddress}, {nothing})
            FROM askers a WHERE o.user_id = a.user_id AND lower(o.data ->> {EmailOutbox.NewAddress}) = {canonical}
            """, cancellationToken);
        // An invitation counts for an hour, or whoever invites, deletes and invites could fill a mailbox; the next cleanup removes it then.
        await db.Database.ExecuteSqlAsync($"""
            WITH counted AS (
                UPDATE email_outbox SET user_id = NULL, language = NULL, data = jsonb_build_object(), state = 'dropped', last_error = NULL,
                    finished_at = created_at + interval '1 hour' - {EmailOutbox.RetentionPeriod}
                WHERE address = ANY ({addresses}) AND kind = {MailKinds.Invitation}
                    AND created_at > {clock.GetUtcNow() - TimeSpan.FromHours(1)}
                RETURNING id)
            DELETE FROM email_outbox WHERE address = ANY ({addresses}) AND id NOT IN (SELECT id FROM counted)
            """, cancellationToken);
    }
}
