using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Mail.Outbox;

/// <summary>
/// The dispatchers' side of the outbox. A claim is a lease: it counts the attempt and puts the mail out of the others' reach
/// for two minutes, so that no transaction is open while a mail server takes its time, and a dispatcher that dies leaves
/// nothing behind but a mail that comes back by itself. What is written later counts only if the lease is still one's own.
/// </summary>
internal sealed class OutboxQueue(IServiceScopeFactory scopes, NpgsqlDataSource database, DatabaseClock clock)
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    // MATERIALIZED: as an ordinary sub-select it may run more than once, and then takes more than asked for.
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

    // The number of attempts is what tells this lease from a later one.
    private const string SettleSql = """
        UPDATE email_outbox SET state = @state, attempts = @attempts, next_attempt_at = @next_attempt_at,
            finished_at = CASE WHEN @state <> 'pending' THEN @now END, last_error = @last_error
        WHERE id = @id AND state = 'pending' AND attempts = @claimed_attempts
        """;

    /// <summary>The oldest mails that are due, of those kinds: one of a newer version's waits for a server of that version.</summary>
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

    /// <summary>It has come to an end; even if the server is just stopping, or it would come to that end twice.</summary>
    public Task FinishAsync(OutgoingEmail claimed, OutgoingEmailState state, string? error) =>
        SettleAsync(claimed, state, claimed.Attempts, clock.GetUtcNow(), error);

    /// <summary>It waits.</summary>
    public Task PutOffAsync(OutgoingEmail claimed, TimeSpan wait, string error) =>
        SettleAsync(claimed, OutgoingEmailState.Pending, claimed.Attempts, clock.GetUtcNow() + wait, error);

    /// <summary>As if it had not been claimed.</summary>
    public Task ReleaseAsync(OutgoingEmail claimed, string? error) =>
        SettleAsync(claimed, OutgoingEmailState.Pending, claimed.Attempts - 1, clock.GetUtcNow(), error);

    private async Task SettleAsync(
        OutgoingEmail claimed, OutgoingEmailState state, int attempts, DateTimeOffset nextAttemptAt, string? error)
    {
        await using var command = database.CreateCommand(SettleSql);
        command.Add("id", claimed.Id);
        command.Add("claimed_attempts", claimed.Attempts);
        command.Add("state", SnakeCase.Of(state));
        command.Add("attempts", attempts);
        command.Add("next_attempt_at", nextAttemptAt);
        command.Add("now", clock.GetUtcNow());
        command.Add("last_error", error);
        await command.ExecuteNonQueryAsync();
    }
}
