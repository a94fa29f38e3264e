using AuthServer.Platform.Jobs;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Platform.Persistence;

public sealed class RetentionCleanupTests(RetentionCleanupTests.Server server) : IClassFixture<RetentionCleanupTests.Server>
{
    [Fact]
    public async Task Sessions_are_kept_for_a_month_after_their_end_and_those_in_use_for_good()
    {
        var (ended, live) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        await server.Api.PostAsync("auth/logout", null, ended.AccessToken);

        server.Clock.Advance(TimeSpan.FromDays(29));
        await SweepAsync();
        (await CountAsync("sessions", ended.SessionId)).Should().Be(1);
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(live.RefreshToken));
        server.Clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync();

        (await CountAsync("sessions", ended.SessionId)).Should().Be(0);
        (await CountAsync("sessions", live.SessionId)).Should().Be(1);
        await SignedIn.ReadAsync(await server.Api.RefreshAsync(refreshed.RefreshToken));
        await (await server.Api.RefreshAsync(ended.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Fact]
    public async Task Revocations_go_when_the_last_token_they_refuse_has_expired()
    {
        var person = await server.Api.RegisterAsync();
        await server.Api.PostAsync("auth/logout", null, person.AccessToken);
        await SweepAsync();
        (await RevocationsAsync(person)).Should().Be(1);

        server.Clock.Advance(TimeSpan.FromMinutes(12));
        await SweepAsync();

        (await RevocationsAsync(person)).Should().Be(0);
    }

    [Fact]
    public async Task Locks_go_when_they_are_forgiven_and_not_while_they_hold()
    {
        var name = Api.NewEmail();
        for (var guess = 0; guess < 5; guess++)
        {
            await server.Api.PostAsync("auth/login", new { email = name, password = "not the password" });
        }

        await SweepAsync();
        await (await server.Api.PostAsync("auth/login", new { email = name, password = "not the password" })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);
        server.Clock.Advance(TimeSpan.FromDays(3));
        await SweepAsync();

        // Failures in a row are remembered for longer, whatever network they came from.
        (await server.Database.QueryAsync<string>("SELECT string_agg(network, ' ') FROM sign_in_lockouts")).Should().Be("*");
        server.Clock.Advance(TimeSpan.FromDays(28));
        await SweepAsync();
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM sign_in_lockouts")).Should().Be(0);
    }

    [Fact]
    public async Task Finished_mails_are_kept_for_a_month_and_owed_ones_for_as_long_as_it_takes()
    {
        var address = Api.NewEmail();
        await InsertMailAsync(address, "sent", server.Clock.GetUtcNow());
        await InsertMailAsync(address, "pending", null);
        server.Clock.Advance(TimeSpan.FromDays(31));

        await SweepAsync();

        (await server.Database.QueryAsync<string>(
            "SELECT string_agg(state, ' ') FROM email_outbox WHERE address = @address", ("address", address))).Should().Be("pending");
    }

    [Fact]
    public async Task More_than_a_batch_goes_in_one_sweep()
    {
        const int many = (2 * RetentionCleanup.BatchSize) + 1;
        await server.Database.ExecuteAsync(
            "INSERT INTO revocations (session_id, created_at, expires_at) SELECT gen_random_uuid(), @then, @then "
                + $"FROM generate_series(1, {many})",
            ("then", server.Clock.GetUtcNow().AddDays(-1)));

        (await SweepAsync()).Should().BeGreaterThanOrEqualTo(many);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM revocations WHERE expires_at < @now", ("now", server.Clock.GetUtcNow()))).Should().Be(0);
    }

    [Fact]
    public async Task A_row_that_somebody_holds_is_passed_over_without_waiting()
    {
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await server.Database.ExecuteAsync(
            "INSERT INTO revocations (session_id, created_at, expires_at) VALUES (gen_random_uuid(), @then, @then)",
            ("then", server.Clock.GetUtcNow().AddDays(-1)));
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = connection.CreateCommand();
        hold.CommandText = "SELECT id FROM revocations WHERE expires_at < @now FOR UPDATE LIMIT 1";
        hold.Parameters.AddWithValue("now", server.Clock.GetUtcNow());
        var held = (long)(await hold.ExecuteScalarAsync())!;

        await SweepAsync();

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM revocations WHERE id = @id", ("id", held))).Should().Be(1);
    }

    private Task<int> SweepAsync() => server.Services.GetRequiredService<RetentionCleanup>().RunAsync(CancellationToken.None);

    private Task<long> CountAsync(string table, Guid id) =>
        server.Database.QueryAsync<long>($"SELECT count(*) FROM {table} WHERE id = @id", ("id", id));

    private Task<long> RevocationsAsync(SignedIn person) =>
        server.Database.QueryAsync<long>("SELECT count(*) FROM revocations WHERE session_id = @id", ("id", person.SessionId));

    private Task<int> InsertMailAsync(string address, string state, DateTimeOffset? finishedAt) => server.Database.ExecuteAsync(
        "INSERT INTO email_outbox (id, kind, address, data, created_at, next_attempt_at, state, attempts, finished_at) VALUES "
            + "(gen_random_uuid(), 'kept_for_the_sweep', @address, '{}', now(), 'infinity', @state, 0, @finished)",
        ("address", address), ("state", state), ("finished", (object?)finishedAt ?? DBNull.Value));

    // Tests of one class run one after the other, so that none removes what another checks.
    public sealed class Server : StoppedServer;
}
