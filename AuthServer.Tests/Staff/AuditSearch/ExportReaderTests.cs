using System.IO.Pipelines;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.AuditSearch;
using AuthServer.Tests.AuditTrail;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.AuditSearch;

/// <summary>Slow readers of an export, and readers that stop.</summary>
public sealed class ExportReaderTests(AuditServer server) : IClassFixture<AuditServer>
{
    // A lock that whoever has read the table holds until their transaction ends.
    private const string Held = """
        SELECT count(*) FROM pg_locks WHERE relation = 'audit_events'::regclass AND mode = 'AccessShareLock' AND pid <> pg_backend_pid()
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    [Fact]
    public async Task Slow_readers_hold_no_connection_and_keep_nobody_but_other_exports_waiting()
    {
        var admins = new List<SignedIn>();
        for (var number = 0; number < 5; number++)
        {
            admins.Add(await server.SignInAsAsync(Role.Admin));
        }

        var first = admins[0];
        await server.RecordAsync(60_000);
        using (await BeginAsync(first))
        {
            var again = await server.Api.GetAsync("audit-events/export", first.AccessToken);
            again.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BePositive();
            await again.ShouldBeProblemAsync(ErrorCodes.Busy);
            using (await BeginAsync(admins[1]))
            using (await BeginAsync(admins[2]))
            using (await BeginAsync(admins[3]))
            {
                await (await server.Api.GetAsync("audit-events/export", admins[4].AccessToken)).ShouldBeProblemAsync(ErrorCodes.Busy);
                await Eventually.TrueAsync(async () => await server.Database.QueryAsync<long>(Held) == 0, "no connection is held");
            }
        }

        await Eventually.TrueAsync(
            async () => (await server.Api.GetAsync("audit-events/export?type=user.erased", first.AccessToken)).IsSuccessStatusCode,
            "a place is free again");
    }

    [Fact]
    public async Task One_export_after_the_other_is_never_refused()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        for (var count = 0; count < 10; count++)
        {
            (await server.Api.GetAsync($"audit-events/export?user={admin.UserId}", admin.AccessToken)).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_reader_who_has_stopped_is_not_waited_for()
    {
        await server.RecordAsync(3000);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1000, resumeWriterThreshold: 500));
        await using var scope = server.Services.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<AuthDbContext>().AuditEvents;
        var export = scope.ServiceProvider.GetRequiredService<AuditExport>();
        var all = new AuditFilter(null, null, null, null, null, null, null);

        var write = () => export.WriteAsync(events, all, pipe.Writer, TimeSpan.FromMilliseconds(300), CancellationToken.None);

        await write.Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task<HttpResponseMessage> BeginAsync(SignedIn admin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/audit-events/export");
        request.Headers.Authorization = new("Bearer", admin.AccessToken);
        var response = await server.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.EnsureSuccessStatusCode();
    }
}
