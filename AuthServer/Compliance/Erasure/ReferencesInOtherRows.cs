using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Removes a person from rows that stay and belong to others: mails to their address, fields in which others entered their address,
/// and decisions they made about others.
/// </summary>
internal sealed class ReferencesInOtherRows(AuthDbContext db, TimeProvider clock)
{
    /// <summary>Runs in the open transaction.</summary>
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

    // Others who requested this address as their new one: both the pending change and the mail about it.
    private async Task EraseAddressAsync(User user, CancellationToken cancellationToken)
    {
        string[] addresses = [user.NormalizedEmail!, user.Email!];
        // Not even masked: a domain can identify a person.
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
        // Keep an invitation for an hour, so that inviting, deleting and inviting again cannot fill a mailbox; the next cleanup
        // removes it.
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
