using System.Globalization;
using AuthServer.Platform.Persistence;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace AuthServer.Platform.Web;

/// <summary>The state of the server.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">The state of each part, by name.</param>
public sealed record HealthBody(string Status, IReadOnlyDictionary<string, HealthCheckBody> Checks);

/// <summary>The state of one part of the server.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Detail">What is wrong or noteworthy.</param>
/// <param name="DurationMs">How long the check took, in milliseconds.</param>
public sealed record HealthCheckBody(string Status, string? Detail, double DurationMs);

/// <summary>
/// Liveness is whether the process responds; readiness is whether it can serve requests: database, schema, signing keys. A broken
/// LISTEN connection only degrades the server, which then asks the database instead.
/// </summary>
internal static class Health
{
    public const string ReadyTag = "ready";
    private const string DatabaseCheck = "database";
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    public static IHealthChecksBuilder AddHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<DatabaseHealth>(DatabaseCheck, tags: [ReadyTag], timeout: Within)
        .AddCheck<SchemaHealth>("migrations", tags: [ReadyTag], timeout: Within)
        .AddCheck<LineHealth>("revocations", tags: [ReadyTag], timeout: Within)
        .AddCheck<ClockHealth>("clock", tags: [ReadyTag], timeout: Within)
        .AddCheck<Draining>("stopping", tags: [ReadyTag]);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/health/live", "live", "Whether the process answers", _ => false);
        Map(routes, "/health/ready", "ready", "Whether the server is ready, part by part", check => check.Tags.Contains(ReadyTag));
        Map(routes, "/health", "health", "", check => check.Tags.Contains(ReadyTag)).IsAliasOf("/health/ready");
        Map(routes, "/api/v1/health", "apiHealth", "", check => check.Tags.Contains(ReadyTag)).IsAliasOf("/health/ready");
        Map(routes, "/api/v1/health/database", "databaseHealth", "Whether the database answers", check => check.Name == DatabaseCheck);
    }

    private static RouteHandlerBuilder Map(
        IEndpointRouteBuilder routes, string path, string name, string summary, Func<HealthCheckRegistration, bool> which) =>
        routes
            .MapGet(path, (HealthCheckService health, CancellationToken cancellationToken) => AnswerAsync(health, which, cancellationToken))
            .WithName(name).WithTags("Health").WithSummary(summary).AllowAnonymous().DisableRateLimiting()
            .Produces<HealthBody>().Produces<HealthBody>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> AnswerAsync(
        HealthCheckService health, Func<HealthCheckRegistration, bool> which, CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(which, cancellationToken);
        var body = new HealthBody(SnakeCase.Of(report.Status), report.Entries.ToDictionary(entry => entry.Key, entry =>
            new HealthCheckBody(
                SnakeCase.Of(
                    entry.Value.Status), Detail(entry.Value), Math.Round(
                        entry.Value.Duration.TotalMilliseconds, 1)), StringComparer.Ordinal));
        return TypedResults.Json(body, HttpJson.Written.HealthBody, statusCode: report.Status == HealthStatus.Unhealthy ? 503 : 200);
    }

    // The description of a check that threw is the exception's message, which may name a role or a host.
    private static string? Detail(HealthReportEntry entry) => entry.Exception is null ? entry.Description : "This could not be found out.";

    private sealed class DatabaseHealth(NpgsqlDataSource database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                // Do not wait for a cancelled statement to end, because probes have their own timeout.
                return await LookAsync(cancellationToken).WaitAsync(cancellationToken);
            }
            catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception) || exception is OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.");
            }
        }

        private async Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return DatabaseProbe.Fault(connection) is { } fault ? HealthCheckResult.Unhealthy(fault.Sentence) : HealthCheckResult.Healthy();
        }
    }

    private sealed class SchemaHealth(NpgsqlDataSource database) : IHealthCheck
    {
        private static HealthCheckResult NotMigrated =>
            HealthCheckResult.Unhealthy($"Migration {SchemaVersion.Expected} has not been applied: run the Migrations program.");

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command =
                    database.CreateCommand("""SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = @expected""");
                command.Add("expected", SchemaVersion.Expected);
                return await command.ExecuteScalarAsync(cancellationToken).WaitAsync(cancellationToken) is null
                    ? NotMigrated
                    : HealthCheckResult.Healthy(SchemaVersion.Expected);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                return NotMigrated;
            }
            catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception) || exception is OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.");
            }
        }
    }

    private sealed class ClockHealth(DatabaseClock clock) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(
            clock.Ahead == TimeSpan.Zero ? HealthCheckResult.Healthy()
            : clock.IsMachineFarOff
                ? HealthCheckResult.Unhealthy($"This machine's clock is {Offset()}: no tokens are issued. Set the clock.")
            : HealthCheckResult.Degraded($"This machine's clock is {Offset()}."));

        private string Offset() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{clock.Ahead.Duration().TotalSeconds:0} s {(clock.Ahead > TimeSpan.Zero ? "ahead of" : "behind")} the database's");
    }

    private sealed class LineHealth(ListenConnectionState listening) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(
            listening.IsCurrent
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("The LISTEN connection is down; the database is asked on every request."));
    }
}
