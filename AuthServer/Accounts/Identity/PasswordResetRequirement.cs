using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>How many passwords were invalidated, and how many sessions ended with them.</summary>
internal sealed record ResetRequirement(long Accounts, long Sessions);

/// <summary>
/// Makes the passwords of many people unusable at once, in case they have leaked: their sessions end, and signing in takes a new one, set
/// with a mailed link. People without a password are skipped.
/// </summary>
internal sealed class PasswordResetRequirement(AccountBatches accounts, MassRevocation sessions, TimeProvider clock)
{
    // A pending new address may belong to whoever has stolen the password, and the link for the new password would go there. The
    // new stamp also prevents the pending changes of requests that were made with the old password.
    private static readonly string Sql = $"""
        WITH due AS MATERIALIZED (
            SELECT id FROM users WHERE id = ANY (@people) AND password_hash IS NOT NULL AND NOT must_reset_password ORDER BY id
                FOR NO KEY UPDATE),
        required AS (
            UPDATE users u SET must_reset_password = true, security_stamp = replace(gen_random_uuid()::text, '-', ''), pending_email = NULL,
                pending_email_at = NULL FROM due WHERE u.id = due.id RETURNING u.id),
        audited AS (
            {AuditInsert.Sql($"'{AuditEvents.PasswordResetRequired}'", subject: "id", from: "required")})
        SELECT count(*) FROM required
        """;

    public async Task<ResetRequirement> RequireAsync(AccountFilter whose, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var (marked, ended) = (0L, 0L);
        await accounts.ForEachAsync(whose with { WithPassword = true }, async (people, connection) =>
        {
            // In this order and in two statements: a concurrent sign-in has then finished, and its session is visible.
            marked += await MarkAsync(people, origin, connection, cancellationToken);
            ended += await sessions.EndAsync(people, origin, connection, cancellationToken);
        }, cancellationToken);
        return new(marked, ended);
    }

    private async Task<long> MarkAsync(
        Guid[] people, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Add("people", people);
        command.Add("now", clock.GetUtcNow());
        command.Parameters.AddOrigin(origin);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
