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

    // Others who requested this address as their new one: both the pending change and the mails about it. They are found by the
    // address itself: which mails there are depends on how long ago it was.
    private async Task EraseAddressAsync(User user, CancellationToken cancellationToken)
    {
        string[] addresses = [user.NormalizedEmail!, user.Email!];
        // Not even masked: a domain can identify a person.
        var (canonical, nothing) = (user.NormalizedEmail!, EmailAddress.Mask(""));
        await db.Database.ExecuteSqlAsync($"""
            WITH wished AS (
                UPDATE users SET pending_email = NULL, pending_email_at = NULL, pending_email_vouched_at = NULL
                    WHERE pending_email IS NOT NULL AND lower(pending_email) = {canonical} AND id <> {user.Id})
            UPDATE email_outbox SET data = data || jsonb_build_object({EmailOutbox.NewAddress}, {nothing})
            WHERE data ? 'new_address' AND lower(data ->> 'new_address') = {canonical}
            """, cancellationToken);
        await EraseFormerAddressesAsync(user.Id, cancellationToken);
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

    // Mails that strangers asked for, and that were never sent, name no account: they are found by what else was sent to the person.
    private Task<int> EraseFormerAddressesAsync(Guid userId, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"""
        DELETE FROM email_outbox WHERE user_id IS NULL AND address IN (
            SELECT lower(theirs.address) FROM email_outbox theirs WHERE theirs.user_id = {userId}
                AND NOT EXISTS (SELECT 1 FROM users other WHERE other.normalized_email = lower(theirs.address)))
        """, cancellationToken);
}
