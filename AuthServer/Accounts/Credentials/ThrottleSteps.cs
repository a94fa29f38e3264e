using Npgsql;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Records the outcome of an attempt. Ignores the request's cancellation: disconnecting must not prevent a count or a record.
/// </summary>
internal static class ThrottleSteps
{
    public static async Task WriteAsync(this NpgsqlDataSource database, params NpgsqlBatchCommand[] steps)
    {
        await using var batch = database.CreateBatch();
        Array.ForEach(steps, batch.BatchCommands.Add);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The attempt revealed nothing about the password, so it does not count against the name.</summary>
    public static Task RefundAsync(this NpgsqlDataSource database, SignInAttempt attempt, bool countedAnywhere) =>
        database.WriteAsync(SignInThrottle.Refund(attempt, succeeded: false, countedAnywhere));
}
