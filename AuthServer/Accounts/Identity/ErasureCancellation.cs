using AuthServer.AuditTrail;
using AuthServer.Mail.Outbox;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Signing in cancels a pending erasure. Part of the statement that starts a session: needs <c>due</c> (a row if an erasure is pending),
/// <c>u</c> (the account that may sign in), and that statement's parameters.
/// </summary>
internal static class ErasureCancellation
{
    public const string Steps = $"""
        undone AS (
            INSERT INTO audit_events {AuditLog.Columns}
            SELECT '{AuditEvents.ErasureUndone}', 'success', @now, u.id, u.id, NULL, @session_id, @ip, @user_agent, @request_id, NULL
                FROM u CROSS JOIN due),
        told AS (
            INSERT INTO email_outbox {EmailOutbox.Columns}
            SELECT gen_random_uuid(), '{MailKinds.ErasureUndone}', p.id, p.email, p.locale, jsonb_build_object(), {EmailOutbox.Fresh}
            FROM u CROSS JOIN due JOIN users p ON p.id = u.id AND p.email_confirmed)
        """;
}
