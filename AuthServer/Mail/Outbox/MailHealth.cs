using AuthServer.Platform.Persistence;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace AuthServer.Mail.Outbox;

/// <summary>Whether mails get out. A fault degrades the server but never makes it unready: people can still sign in.</summary>
internal sealed class MailHealth(NpgsqlDataSource database, DatabaseClock clock) : IHealthCheck
{
    private static readonly TimeSpan TooOld = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    private const string Sql = """
        SELECT EXISTS (SELECT 1 FROM email_outbox WHERE state = 'pending' AND created_at < @too_old),
            (SELECT count(*) FROM email_outbox WHERE state = 'dead' AND finished_at > @recent)
        """;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookAsync(cancellationToken).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is PostgresException or OperationCanceledException
            || DatabaseFaults.IsUnavailable(exception))
        {
            return HealthCheckResult.Degraded("The outbox cannot be read.");
        }
    }

    private async Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Add("too_old", clock.GetUtcNow() - TooOld);
        command.Add("recent", clock.GetUtcNow() - Recent);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetBoolean(0), row.GetInt64(1)) switch
        {
            (true, _) => HealthCheckResult.Degraded($"Mails have been waiting for more than {TooOld.TotalMinutes:0} minutes."),
            (_, > 0 and var dead) => HealthCheckResult.Degraded($"{dead} mails were given up within a day: see `AuthServer mail dead`."),
            _ => HealthCheckResult.Healthy(),
        };
    }
}
