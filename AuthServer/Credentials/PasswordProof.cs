using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AuthServer.Credentials;

/// <summary>What became of an attempt to prove oneself with the password.</summary>
internal abstract record ProofOutcome
{
    private ProofOutcome()
    {
    }

    public sealed record Right : ProofOutcome;

    /// <summary>Not the password.</summary>
    /// <param name="SetLock">Whether that locked the name.</param>
    public sealed record Wrong(bool SetLock) : ProofOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : ProofOutcome;
}

/// <summary>
/// The password of a person who is known already, asked for once more before something that matters. Counted as signing in
/// is, or a stolen session would be a place to guess at the password.
/// </summary>
internal sealed class PasswordProof(NpgsqlDataSource database, SignInThrottle throttle, NameTurns turns, PasswordHashing hashing)
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
            // Nothing was learnt about the password, so nothing is held against the name.
            await RunAsync(SignInThrottle.TakeBack(attempt, succeeded: false));
            throw;
        }

        if (result == PasswordVerificationResult.Failed)
        {
            return new ProofOutcome.Wrong(verdict.SetLock);
        }

        await RunAsync(SignInThrottle.TakeBack(attempt, succeeded: true));
        return new ProofOutcome.Right();
    }

    private async Task<Verdict> CountAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(throttle.Count(attempt));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await throttle.ReadAsync(row, cancellationToken);
    }

    private async Task RunAsync(NpgsqlBatchCommand step)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(step);
        await batch.ExecuteNonQueryAsync();
    }
}
