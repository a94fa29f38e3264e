using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Staff.Support;

/// <summary>Somebody who is promoted while staff helps them is treated as promoted.</summary>
public sealed class PromotionTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task A_reset_for_who_becomes_an_administrator_meanwhile_waits_for_a_second_person()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        var answer =
            await (await PromoteDuringAsync(person, Role.Admin, () => server.AskForResetAsync(support, person))).ShouldBeAsync(202);

        answer["status"]!.GetValue<string>().Should().Be("awaiting_approval");
        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task A_reset_for_who_becomes_support_meanwhile_is_not_agreed_to_by_support()
    {
        var (support, colleague) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Support));
        var person = await server.SignInAsAsync(Role.Physician);
        var asked = await server.AwaitApprovalAsync(support, person);

        await (await PromoteDuringAsync(person, Role.Support, () => server.DecideAsync(colleague, asked))).ShouldBeProblemAsync(
            ErrorCodes.Forbidden);

        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
        (await server.AuditedAsync("staff.refused", person, "failure")).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Support_does_not_unlock_who_becomes_support_meanwhile()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        var answer =
            await PromoteDuringAsync(
                person, Role.Support,
                () => server.Api.PostAsync($"users/{person.UserId}/unlock", new { reason = "Mistyped it" }, support.AccessToken));

        await answer.ShouldBeProblemAsync(ErrorCodes.Forbidden);
        (await server.AuditedAsync("staff.refused", person, "failure")).Should().Be(1);
    }

    // Like the route that sets roles: holds the lock on the account until the role is set.
    private async Task<HttpResponseMessage> PromoteDuringAsync(SignedIn person, string role, Func<Task<HttpResponseMessage>> act)
    {
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var promotion = new NpgsqlBatch(connection, transaction);
        promotion.BatchCommands.Add(
            new("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE") { Parameters = { new() { Value = person.UserId } } });
        promotion.BatchCommands.Add(
            new("INSERT INTO user_roles (user_id, role_id) VALUES ($1, $2)")
            {
                Parameters =
            {
                new() { Value = person.UserId },
                new() { Value = Role.IdOf(role) }
            }
            });
        await promotion.ExecuteNonQueryAsync();
        var acting = act();
        await Eventually.TrueAsync(
            () =>
                server.Database.QueryAsync<bool>(
                    "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = "
                        + "current_database())"), "a wait");
        await transaction.CommitAsync();
        return await acting;
    }
}
