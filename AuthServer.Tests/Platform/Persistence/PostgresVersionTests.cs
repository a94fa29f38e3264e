using AuthServer.Migrations;
using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Platform.Persistence;

/// <summary>The whole suite runs on the machine's PostgreSQL; this goes once through what is most particular to it on the others.</summary>
public sealed class PostgresVersionTests
{
    [OtherPostgresTheory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    public async Task Migrations_sign_in_refresh_revocation_search_and_the_sealed_log_work_on_PostgreSQL(int major)
    {
        using var postgres = new OtherPostgres(major);
        (await DatabaseMigration.RunAsync(postgres.OwnerUrl, postgres.ServerUrl, TextWriter.Null)).Should().Be(0);
        var environment = ServerProgram.GoodEnvironment(postgres.ServerUrl);
        environment["ADMIN_PASSWORD"] = Api.Password;
        (await ServerProgram.RunAsync(["create-admin", "--email", "root@example.com"], environment)).ExitCode.Should().Be(0);

        await using (var server = await ServerProgram.ServeAsync(environment))
        {
            await WalkAsync(server.Api);
        }

        var verified = await ServerProgram.RunAsync(["audit", "verify"], environment);
        verified.ExitCode.Should().Be(0, verified.Output + verified.Error);
        await using var owner = NpgsqlDataSource.Create(TestDatabase.ConnectionOf(postgres.OwnerUrl));
        await using var version = owner.CreateCommand("SHOW server_version_num");
        ((string)(await version.ExecuteScalarAsync())!).Should().StartWith($"{major}");
    }

    private static async Task WalkAsync(Api api)
    {
        var person = await api.RegisterAsync("dana@example.com", more: new { full_name = "דנה Jose\u0301" });
        var refreshed = await (await api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(200);
        var admin = await api.LoginAsync("root@example.com");

        var found = await (await api.GetAsync("users?search=jos%C3%A9", admin.AccessToken)).ShouldBeAsync(200);
        found["total"]!.GetValue<int>().Should().Be(1);
        await (await api.PostAsync("auth/logout", new { refresh_token = (string?)refreshed["refresh_token"] })).ShouldBeAsync(204);
        (await api.GetAsync("auth/me", person.AccessToken)).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }
}
