using AuthServer.AuditTrail;
using AuthServer.Mail.Outbox;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Signing in cancels a pending erasure. Part of the statement that starts a session: needs <c>due</c> (a row if an erasure is pending),
/// <c>u</c> (the account that may sign in), and that statement's parameters.
/// </summary>
internal static class ErasureCancellation
{
    public static readonly string Steps = $"""
        undone AS (
            {AuditInsert.Sql($"'{AuditEvents.ErasureUndone}'",
                actor: "u.id", subject: "u.id", session: "@session_id", from: "u CROSS JOIN due")}),
        told AS (
            {OutboxInsert.ToUsers(
                MailKinds.ErasureUndone, "u AS kept CROSS JOIN due JOIN users u ON u.id = kept.id AND u.email_confirmed")})
        """;
}
