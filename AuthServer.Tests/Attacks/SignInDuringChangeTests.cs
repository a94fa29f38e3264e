using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Attacks;

/// <summary>A sign-in concurrent with a change of roles happens entirely before or after it.</summary>
public sealed class SignInDuringChangeTests(SignInDuringChangeTests.Server server) : IClassFixture<SignInDuringChangeTests.Server>
{
    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_sign_in_that_waits_for_a_demotion_gets_no_token_with_the_former_roles()
    {
        var admin = await AddAdminAsync();
        await server.ProveMailboxAsync(admin);
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await using var demotion = await connection.BeginTransactionAsync();
        await RunAsync("UPDATE users SET token_version = token_version + 1 WHERE id = @id");
        var signIn = server.Api.LoginAsync(admin.Email);
        await Eventually.TrueAsync(
            async () =>
                await server.Database.QueryAsync<long>(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = "
                        + "current_database())") > 0,
            "the sign-in waiting");
        await RunAsync("DELETE FROM user_roles WHERE user_id = @id");
        await demotion.CommitAsync();

        var demoted = await signIn;

        demoted.Claims["role"]!.ToJsonString().Should().NotContain(Role.Admin);
        await (await server.Api.GetAsync("auth/me", demoted.AccessToken)).ShouldBeAsync(200);

        async Task RunAsync(string sql)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection, demotion);
            command.Parameters.AddWithValue("id", admin.UserId);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task An_administrator_who_could_not_sign_in_is_not_one_who_is_left()
    {
        var (admin, unproven) = (await AddAdminAsync(), await AddAdminAsync());
        await server.ProveMailboxAsync(admin);
        await server.Database.ExecuteAsync(
            "DELETE FROM user_roles WHERE role_id = @role AND NOT user_id = ANY (@both)", ("role", Role.IdOf(Role.Admin)),
            ("both", new[] { admin.UserId, unproven.UserId }));

        (await IsAnotherLeftAsync(admin)).Should().BeFalse();
        await server.ProveMailboxAsync(unproven);
        (await IsAnotherLeftAsync(admin)).Should().BeTrue();
    }

    private async Task<SignedIn> AddAdminAsync()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync(
            "INSERT INTO user_roles (user_id, role_id) VALUES (@user, @role)", ("user", person.UserId),
            ("role", Role.IdOf(Role.Admin)));
        return person;
    }

    private async Task<bool> IsAnotherLeftAsync(SignedIn without)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<LastAdminGuard>().IsAnotherLeftAsync(without.UserId, CancellationToken.None);
    }

    /// <summary>Signing in requires a confirmed mailbox, but registration signs people in all the same.</summary>
    public sealed class Server : TestServer
    {
        public Server() => Settings["SignIn:RequireVerifiedEmail"] = "true";
    }
}
