using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Cli;

/// <summary><c>sessions revoke-all</c>, with two replicas that have cached everybody's tokens.</summary>
public sealed class SessionCommandTests(TwoServers servers) : IClassFixture<TwoServers>
{
    [Fact]
    [Trait("ASVS", "7.4.5")]
    public async Task Everybodys_tokens_stop_working_on_every_replica()
    {
        var people =
            new[] { await servers.Api.RegisterAsync(), await servers.Other.RegisterAsync(), await servers.SignInAsAsync(Role.Admin) };
        await ShouldAllAnswerAsync(people, 200);

        var result = await RunAsync("sessions", "revoke-all", "--yes");

        result.ExitCode.Should().Be(0, result.Error);
        await ShouldAllEndAsync(people);
        (await servers.Database.QueryAsync<long>("SELECT count(*) FROM sessions WHERE revoked_at IS NULL")).Should().Be(0);
        var again = await servers.Api.LoginAsync(people[0].Email);
        await (await servers.Other.GetAsync("auth/me", again.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "7.4.5")]
    public async Task A_tenants_people_are_signed_out_wherever_they_are_and_nobody_else()
    {
        var (clinic, other) = (await servers.OpenClinicAsync(), await servers.OpenClinicAsync());
        var (member, stranger) = (await servers.SignInAtAsync(Role.Support, clinic, other),
            await servers.SignInAtAsync(Role.Support, other));
        var elsewhere = await SignedIn.ReadAsync(await servers.Api.SwitchAsync(await servers.Api.LoginAsync(member.Email), other.Slug));

        (await RunAsync("sessions", "revoke-all", "--tenant", clinic.Slug, "--yes", "--json")).ExitCode.Should().Be(0);

        await ShouldAllEndAsync([member, elsewhere]);
        await ShouldAllAnswerAsync([stranger], 200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_person_is_named_by_id_or_address_and_needs_no_yes(bool byId)
    {
        var (person, stranger) = (await servers.Api.RegisterAsync(), await servers.Api.RegisterAsync());

        var result = await RunAsync("sessions", "revoke-all", "--user", byId ? $"{person.UserId}" : person.Email.ToUpperInvariant());

        result.Should().Be(new ServerProgram.Finished(0, "1 session was ended.\n", ""));
        await ShouldAllEndAsync([person]);
        await ShouldAllAnswerAsync([stranger], 200);
        (await servers.Database.QueryAsync<bool>(
            "SELECT actor_id IS NULL AND request_id LIKE 'cli-%' AND user_agent = 'command line' FROM audit_events WHERE type = "
                + "'session.ended' AND subject_id = @id", ("id", person.UserId))).Should().BeTrue();
    }

    [Theory]
    [InlineData(2, "sessions", "revoke-all")]
    [InlineData(2, "sessions", "revoke-all", "--tennant=north", "--yes")]
    [InlineData(2, "sessions", "revoke-all", "--tennant=", "--yes")]
    [InlineData(2, "sessions", "revoke-all", "--Tenant", "north", "--yes")]
    [InlineData(1, "sessions", "revoke-all", "--tenant=", "--yes")]
    [InlineData(2, "sessions", "revoke-all", "--user=")]
    [InlineData(2, "sessions", "revoke-all", "--tenant", "a", "--user", "b")]
    [InlineData(1, "sessions", "revoke-all", "--tenant", "nobody's", "--yes")]
    [InlineData(1, "sessions", "revoke-all", "--tenant", "' OR true --", "--yes")]
    [InlineData(1, "sessions", "revoke-all", "--user", "nobody@example.com")]
    public async Task A_line_that_names_nobody_or_is_not_meant_ends_nothing(int exitCode, params string[] line)
    {
        var person = await servers.Api.RegisterAsync();

        var result = await RunAsync(line);

        result.ExitCode.Should().Be(exitCode);
        result.Error.Should().NotContain("   at ").And.NotContain("Not all sessions");
        await (await servers.Api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("yes", 0)]
    [InlineData("y", 1)]
    [InlineData("", 1)]
    public async Task At_a_terminal_everybodys_sessions_end_when_the_question_is_answered_with_yes(string answer, int exitCode)
    {
        var person = await servers.Api.RegisterAsync();
        using var run = new InProcessRun(ServerProgram.GoodEnvironment(servers.Database.ServerConnection)) { Typed = answer };

        var result = await run.RunAsync(["sessions", "revoke-all"]);

        result.ExitCode.Should().Be(exitCode);
        result.Error.Should().StartWith("Everybody will have to sign in again. Type yes to continue: ");
        await (await servers.Api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(exitCode == 0 ? 401 : 200);
    }

    [Fact]
    public async Task Sessions_without_a_good_access_token_need_no_revocation_and_end_all_the_same()
    {
        var (resting, busy) = (await servers.Api.RegisterAsync(), await servers.Api.RegisterAsync());
        await servers.Database.ExecuteAsync(
            "UPDATE sessions SET last_used_at = now() - interval '20 minutes' WHERE id = @id", ("id", resting.SessionId));

        var ended =
            await servers.Services.GetRequiredService<MassRevocation>()
                .EndAsync(new AccountFilter(), RequestOrigin.CommandLine, CancellationToken.None);

        ended.Should().BeGreaterThanOrEqualTo(2);
        (await servers.Database.QueryAsync<long>(
            "SELECT count(*) FROM revocations WHERE session_id = @id", ("id", resting.SessionId))).Should().Be(0);
        (await servers.Database.QueryAsync<long>(
            "SELECT count(*) FROM revocations WHERE session_id = @id", ("id", busy.SessionId))).Should().Be(1);
        await (await servers.Other.RefreshAsync(resting.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    public async Task More_people_than_fit_into_one_batch_are_all_signed_out()
    {
        await servers.Database.ExecuteAsync("""
            WITH people AS (
                INSERT INTO users (id, email, normalized_email, status, email_confirmed, phone_number_confirmed, two_factor_enabled,
                    lockout_enabled, access_failed_count, token_version, created_at)
                SELECT gen_random_uuid(), 'many' || n || '@example.com', 'many' || n || '@example.com', 'active', true, false, false, false,
                    0, 1, now() FROM generate_series(1, 1100) n RETURNING id)
            INSERT INTO sessions (id, user_id, generation, rotated_at, authenticated_at, authentication_methods, created_at, last_used_at,
                idle_timeout, expires_at)
            SELECT gen_random_uuid(), id, 0, now(), now(), '{pwd}', now(), now(), interval '1 day', now() + interval '1 day' FROM people
            """);
        var both =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 2).Select(
                        _ => servers.Services.GetRequiredService<MassRevocation>()
                            .EndAsync(new AccountFilter(), RequestOrigin.CommandLine, CancellationToken.None)));

        both.Sum().Should().BeGreaterThanOrEqualTo(1100);
        (await servers.Database.QueryAsync<long>("SELECT count(*) FROM sessions WHERE revoked_at IS NULL")).Should().Be(0);
        (await servers.Database.QueryAsync<long>(
            "SELECT count(*) FROM (SELECT session_id FROM audit_events WHERE type = 'session.ended' GROUP BY session_id HAVING count(*) "
                + "> 1) twice")).Should().Be(0);
    }

    private Task<ServerProgram.Finished> RunAsync(params string[] line) =>
        ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(servers.Database.ServerConnection));

    private async Task ShouldAllEndAsync(IEnumerable<SignedIn> people)
    {
        foreach (var person in people)
        {
            foreach (var api in new[] { servers.Api, servers.Other })
            {
                await Eventually.TrueAsync(
                    async () => (int)(await api.GetAsync("auth/me", person.AccessToken)).StatusCode == 401, "a refusal");
                await (await api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
            }

            await (await servers.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        }
    }

    private async Task ShouldAllAnswerAsync(IEnumerable<SignedIn> people, int status)
    {
        foreach (var person in people)
        {
            await (await servers.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(status);
            await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(status);
        }
    }
}
