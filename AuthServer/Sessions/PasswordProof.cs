using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AuthServer.Sessions;

/// <summary>What became of an attempt to prove oneself with the password.</summary>
internal abstract record ProofOutcome
{
    private ProofOutcome()
    {
    }

    public sealed record Right : ProofOutcome;

    public sealed record Wrong : ProofOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : ProofOutcome;
}

/// <summary>
/// The password of a person who is known already, asked for once more before something that matters. Counted as signing in
/// is, or a stolen session would be a place to guess at the password.
/// </summary>
internal sealed class PasswordProof(NpgsqlDataSource database, SignInThrottle throttle, NameTurns turns, PasswordHashing hashing, TimeProvider clock)
{
    public async Task<ProofOutcome> CheckAsync(User user, string password, Client client, CancellationToken cancellationToken)
    {
        var attempt = throttle.Attempt(user.NormalizedEmail!, client);
        using var turn = await turns.TakeAsync(attempt, cancellationToken);
        using var place = hashing.TakePlace();
        var verdict = await CountAsync(attempt, cancellationToken);
        if (verdict.RetryAfter is { } retryAfter)
        {
            return new ProofOutcome.LockedOut(retryAfter);
        }

        PasswordVerificationResult result;
        try
        {
            result = await hashing.VerifyAsync(user.PasswordHash, password, cancellationToken);
        }
        catch
        {
            await database.ForgetAsync(attempt);
            throw;
        }

        if (result == PasswordVerificationResult.Failed)
        {
            if (verdict.SetLock)
            {
                await database.WriteAsync(AuditLocked(user, client), AccountLockedMail.Owe(user.Id, attempt, clock));
            }

            return new ProofOutcome.Wrong();
        }

        await database.WriteAsync(SignInThrottle.TakeBack(attempt, succeeded: true));
        // Other hands may have it too: right as it is, it proves nothing.
        return user.MustResetPassword ? new ProofOutcome.Wrong() : new ProofOutcome.Right();
    }

    private async Task<Verdict> CountAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(throttle.Count(attempt));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await throttle.ReadAsync(row, cancellationToken);
    }

    private NpgsqlBatchCommand AuditLocked(User user, Client client)
    {
        var step = new NpgsqlBatchCommand($"""
            INSERT INTO audit_events {AuditLog.Columns}
            VALUES ('{AuditEvents.SignInLocked}', 'failure', @now, @user_id, @user_id, NULL, NULL, @ip, @user_agent, @request_id, 'password_proof')
            """);
        step.Parameters.Add(new("now", clock.GetUtcNow()));
        step.Parameters.Add(new("user_id", user.Id));
        step.Parameters.AddOrigin(client);
        return step;
    }
}
