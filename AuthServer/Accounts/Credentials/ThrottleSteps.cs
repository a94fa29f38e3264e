using Npgsql;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Writes what became of an attempt. Without the request's cancellation: hanging up must leave neither a count nor a record undone.
/// </summary>
internal static class ThrottleSteps
{
    public static async Task WriteAsync(this NpgsqlDataSource database, params NpgsqlBatchCommand[] steps)
    {
        await using var batch = database.CreateBatch();
        Array.ForEach(steps, batch.BatchCommands.Add);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>Nothing was learnt about the password, so nothing counts against the name.</summary>
    public static Task RefundAsync(this NpgsqlDataSource database, SignInAttempt attempt) =>
        database.WriteAsync(SignInThrottle.Refund(attempt, succeeded: false));
}
