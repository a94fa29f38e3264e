using AuthServer.Migrations;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Persistence;

/// <summary>A pooler between the server and PostgreSQL.</summary>
public sealed class PgBouncerTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [PgBouncerTheory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task Where_connections_share_a_process_nothing_starts_and_one_sentence_names_the_setting(string mode)
    {
        await using var pooler = await PgBouncer.StartAsync(_database, mode);
        var (output, error) = (new StringWriter(), new StringWriter());

        var server = await ServerProgram.RunProcessAsync(
            ["--urls=http://127.0.0.1:0"], ServerProgram.GoodEnvironment(pooler.ServerConnection));
        var migrations = await MigrationCommand.RunAsync(
            [], name => name == "DATABASE_URL" ? pooler.OwnerConnection : null, output, error);

        (server.ExitCode, migrations).Should().Be((1, 1));
        foreach (var told in new[] { server.Error, string.Concat(error, output) })
        {
            told.Trim().Split('\n').Should().ContainSingle().Which.Should().Contain("pool_mode = session");
        }
    }

    [PgBouncerTheory]
    [InlineData("session")]
    public async Task Where_each_has_its_own_two_replicas_work_and_tell_each_other_who_has_signed_out(string mode)
    {
        await using var pooler = await PgBouncer.StartAsync(_database, mode);
        await using var one = await ServerProgram.ServeAsync(ServerProgram.GoodEnvironment(pooler.ServerConnection));
        await using var other = await ServerProgram.ServeAsync(ServerProgram.GoodEnvironment(pooler.ServerConnection));
        var person = await one.Api.RegisterAsync();
        (await VerifyAsync(other.Api, person)).Should().Be(200);

        await (await one.Api.PostAsync("auth/logout", new { refresh_token = person.RefreshToken })).ShouldBeAsync(204);

        await Eventually.TrueAsync(async () => await VerifyAsync(other.Api, person) == 401, "word of the signing out");
    }

    private static async Task<int> VerifyAsync(Api api, SignedIn person) =>
        (int)(await api.PostAsync("auth/verify", bearer: person.AccessToken)).StatusCode;
}
