using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Mail.Outbox;

/// <summary>
/// The dispatchers' side of the outbox. A claim is a lease: it counts the attempt and hides the mail from other dispatchers for two
/// minutes. So no transaction stays open while the mail server is working, and the mails of a dispatcher that dies become due again
/// by themselves. A later update counts only if the lease is still held.
/// </summary>
internal sealed class OutboxQueue(IServiceScopeFactory scopes, NpgsqlDataSource database, DatabaseClock clock)
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    // MATERIALIZED: an ordinary sub-select may be evaluated more than once and then claims more than asked for.
    private const string ClaimSql = """
        WITH due AS MATERIALIZED (
            SELECT id FROM email_outbox
            WHERE state = 'pending' AND next_attempt_at <= @now AND kind = ANY (@kinds)
            ORDER BY created_at, id LIMIT @most FOR UPDATE SKIP LOCKED),
        claimed AS (
            UPDATE email_outbox o SET attempts = attempts + 1, next_attempt_at = @leased_until
            FROM due WHERE o.id = due.id RETURNING o.*)
        SELECT * FROM claimed ORDER BY created_at, id
        """;

    // The number of attempts distinguishes this lease from a later one.
    private const string SettleSql = """
        UPDATE email_outbox SET state = @state, attempts = @attempts, next_attempt_at = @next_attempt_at,
            finished_at = CASE WHEN @state <> 'pending' THEN @now END, last_error = @last_error,
            user_id = (SELECT id FROM users WHERE id = @user_id FOR KEY SHARE)
        WHERE id = @id AND state = 'pending' AND attempts = @claimed_attempts
        """;

    /// <summary>
    /// The oldest mails due of those kinds. A kind that only a newer version knows waits for a server of that version.
    /// </summary>
    public async Task<IReadOnlyList<OutgoingEmail>> ClaimAsync(
        IReadOnlyCollection<string> kinds, int most, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        object[] parameters = [
            new NpgsqlParameter("now", now), new NpgsqlParameter("leased_until", now + Lease), new NpgsqlParameter("most", most),
            new NpgsqlParameter("kinds", kinds.ToArray())];
        return await db.OutgoingEmails.FromSqlRaw(ClaimSql, parameters).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Records the final state, even while the server is stopping; otherwise the mail would be sent twice.</summary>
    public Task FinishAsync(OutgoingEmail claimed, OutgoingEmailState state, string? error) =>
        SettleAsync(claimed, state, claimed.Attempts, clock.GetUtcNow(), error);

    /// <summary>Schedules another attempt.</summary>
    public Task PutOffAsync(OutgoingEmail claimed, TimeSpan wait, string error) =>
        SettleAsync(claimed, OutgoingEmailState.Pending, claimed.Attempts, clock.GetUtcNow() + wait, error);

    /// <summary>Undoes the claim, attempt count included.</summary>
    public Task ReleaseAsync(OutgoingEmail claimed, string? error) =>
        SettleAsync(claimed, OutgoingEmailState.Pending, claimed.Attempts - 1, clock.GetUtcNow(), error);

    private async Task SettleAsync(
        OutgoingEmail claimed, OutgoingEmailState state, int attempts, DateTimeOffset nextAttemptAt, string? error)
    {
        await using var command = database.CreateCommand(SettleSql);
        command.Add("id", claimed.Id);
        command.Add("user_id", claimed.UserId);
        command.Add("claimed_attempts", claimed.Attempts);
        command.Add("state", SnakeCase.Of(state));
        command.Add("attempts", attempts);
        command.Add("next_attempt_at", nextAttemptAt);
        command.Add("now", clock.GetUtcNow());
        command.Add("last_error", error);
        await command.ExecuteNonQueryAsync();
    }
}
