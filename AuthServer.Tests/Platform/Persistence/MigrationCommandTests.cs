using AuthServer.Migrations;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Persistence;

public sealed class MigrationCommandTests
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    [Fact]
    public async Task Asked_for_help_it_helps_and_does_nothing()
    {
        var result = await RunAsync(Nothing, "--help");

        (result.ExitCode, result.Error).Should().Be((0, ""));
        result.Output.Should().Contain("MIGRATIONS_DATABASE_URL").And.Contain("Exit codes");
    }

    [Theory]
    [InlineData("--hlep")]
    [InlineData("database", "update")]
    public async Task What_it_does_not_know_it_refuses(params string[] line)
    {
        var result = await RunAsync(Nothing, line);

        result.ExitCode.Should().Be(2);
        result.Error.Should().Contain(line[0]).And.Contain("--help");
    }

    [Fact]
    public async Task With_the_owner_alone_it_says_that_the_servers_role_gets_no_rights()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var result = await RunAsync(new(StringComparer.Ordinal) { ["MIGRATIONS_DATABASE_URL"] = database.OwnerConnection });

        result.ExitCode.Should().Be(0);
        result.Error.Should().StartWith("DATABASE_URL is not set, so no rights were given");
    }

    [Fact]
    [Trait("ASVS", "12.3.1")]
    public async Task A_database_that_somebody_could_pose_as_is_refused()
    {
        var result = await RunAsync(
            new(StringComparer.Ordinal) { ["MIGRATIONS_DATABASE_URL"] = "postgresql://owner:secret@db.example.com/auth" });

        result.ExitCode.Should().Be(78);
        result.Error.Should().Contain("MIGRATIONS_DATABASE_URL").And.Contain("sslmode=verify-full").And.NotContain("secret@");
    }

    private static async Task<ServerProgram.Finished> RunAsync(Dictionary<string, string> environment, params string[] line)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await MigrationCommand.RunAsync(line, name => environment.GetValueOrDefault(name), output, error);
        return new(code, output.ToString(), error.ToString());
    }
}
