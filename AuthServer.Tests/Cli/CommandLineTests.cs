using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Cli;

/// <summary>
/// The binary's commands: most run in the tests' process, one of each kind in a process of its own, as operators and containers
/// start it.
/// </summary>
public sealed partial class CommandLineTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Password = "the first admin's password";

    private Dictionary<string, string?> Environment => ServerProgram.GoodEnvironment(server.Database.ServerConnection);

    [Fact]
    public async Task Help_names_every_command_and_needs_no_configuration()
    {
        var result = await ServerProgram.RunProcessAsync(["--help"], new Dictionary<string, string?>(StringComparer.Ordinal));

        result.ExitCode.Should().Be(0);
        result.Output.Should().ContainAll("serve", "create-admin", "healthcheck", "--check-configuration", "--Section:Key=value");
        result.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task The_version_is_told_without_a_configuration()
    {
        var result = await ServerProgram.RunProcessAsync(["--version"], new Dictionary<string, string?>(StringComparer.Ordinal));

        result.ExitCode.Should().Be(0);
        result.Output.Should().MatchRegex(@"^\d+\.\d+\.\d+\S*\n$");
    }

    [Theory]
    [InlineData("serv")]
    [InlineData("--check-configuratoin")]
    [InlineData("create-admin", "--if-none")]
    [InlineData("create-admin", "--email", "dana@example.com", "sudo")]
    [InlineData("create-admin", "--email", "dana@example.com", "--if-nome=true")]
    [InlineData("@settings.rsp")]
    public async Task A_mistyped_line_starts_nothing(params string[] args)
    {
        var result = await ServerProgram.RunAsync(args, Environment);

        result.ExitCode.Should().Be(2);
        result.Output.Should().BeEmpty();
        result.Error.Should().NotBeEmpty().And.NotContain("   at ");
    }

    [Theory]
    [InlineData("create-admin")]
    [InlineData("mail", "dead")]
    [InlineData("mail")]
    [InlineData("healthcheck")]
    [InlineData("serve")]
    public async Task The_help_of_a_command_ends_with_examples_of_it(params string[] command)
    {
        var result = await ServerProgram.RunAsync([.. command, "--help"], new Dictionary<string, string?>(StringComparer.Ordinal));

        result.ExitCode.Should().Be(0);
        result.Output.Split("Examples:")[1]
            .Trim()
            .Split('\n')
            .Should()
            .AllSatisfy(line => line.Trim().Should().StartWith($"AuthServer {string.Join(' ', command)}"));
    }

    [Fact]
    public async Task With_json_an_error_is_one_object_on_standard_error()
    {
        var result = await ServerProgram.RunProcessAsync(["mail", "retry", "--json"], Environment);

        (result.ExitCode, result.Output).Should().Be((2, ""));
        JsonNode.Parse(result.Error)!
            .ToJsonString()
            .Should()
            .Be("""{"error":"Nothing will be sent again: Give either the id of a mail or --all.","code":"usage"}""");
    }

    [Fact]
    public async Task With_json_an_answer_is_one_object_on_standard_output()
    {
        var email = Api.NewEmail();

        var result = await CreateAsync(null, "--json", "--email", email);

        (result.ExitCode, result.Error).Should().Be((0, ""));
        var answer = JsonNode.Parse(result.Output)!;
        (await server.Api.LoginAsync(email, answer["password"]!.GetValue<string>())).User!["email"]!
            .GetValue<string>()
            .Should()
            .Be(answer["email"]!.GetValue<string>());
        (await CreateAsync(null, "--json", "--email", Api.NewEmail(), "--if-none")).Should()
            .Be(new ServerProgram.Finished(0, "{\"created\":false,\"email\":null,\"password\":null}\n", ""));
    }

    [Fact]
    public async Task Settings_on_the_line_count_wherever_they_stand()
    {
        string[] settings = [
            "--Server:PublicUrl=http://localhost:8080", "--Database:Url", "Host=localhost;Database=auth",
            "--Secrets:Key=a root secret of the tests, long enough", "--Email:Folder=/var/mail"];

        var result =
            await ServerProgram.RunAsync(["--check-configuration", .. settings], new Dictionary<string, string?>(StringComparer.Ordinal));

        result.Should().Be(new ServerProgram.Finished(0, "", ""));
    }

    [Fact]
    public async Task An_administrator_with_a_given_password_can_sign_in()
    {
        var email = Api.NewEmail();

        var result =
            await ServerProgram.RunProcessAsync(
                ["create-admin", "--email", email],
                new Dictionary<string, string?>(Environment, StringComparer.Ordinal) { ["ADMIN_PASSWORD"] = Password });

        result.Should().Be(new ServerProgram.Finished(0, $"Administrator: {email}\n", ""));
        (await server.Api.LoginAsync(email, Password)).User!["roles"]!
            .AsArray()
            .Select(role => role!.GetValue<string>())
            .Should()
            .Equal("admin");
    }

    [Fact]
    public async Task The_local_administrator_gets_a_password_that_is_shown_once_and_works()
    {
        var result = await CreateAsync(null, "--email", "admin@localhost");

        result.ExitCode.Should().Be(0);
        var shown = ShownPassword().Match(result.Output).Groups["password"].Value;
        shown.Should().HaveLength(24);
        (await server.Api.LoginAsync("admin@localhost", shown)).User!["email_verified"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task With_if_none_a_second_administrator_is_left_out_and_that_is_said()
    {
        await CreateAsync(Password, "--email", Api.NewEmail());
        var before = await AdminsAsync();

        var result = await CreateAsync(null, "--email", Api.NewEmail(), "--if-none");

        result.Should().Be(new ServerProgram.Finished(0, "", "There is an administrator already; nothing was done.\n"));
        (await AdminsAsync()).Should().Be(before);
    }

    [Theory]
    [InlineData("short", "12 characters")]
    [InlineData("authserverauthserver", "guess")]
    [Trait("ASVS", "6.2.1")]
    public async Task A_weak_password_makes_no_administrator(string password, string reason)
    {
        var email = Api.NewEmail();

        var result = await CreateAsync(password, "--email", email);

        result.ExitCode.Should().Be(1);
        result.Error.Should().StartWith("No administrator was created: ").And.Contain(reason).And.NotContain(password);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
    }

    [Fact]
    public async Task An_address_that_is_taken_or_is_none_makes_no_administrator()
    {
        var taken = await server.Api.RegisterAsync();

        (await CreateAsync(Password, "--email", taken.Email.ToUpperInvariant())).Should().Be(
            new ServerProgram.Finished(1, "", $"No administrator was created: There is an account with the address {taken.Email}.\n"));
        (await CreateAsync(Password, "--email", "not an address")).Error.Should().Contain("is not an e-mail address");
    }

    [Fact]
    public async Task Without_a_database_no_administrator_is_made_and_one_line_says_so()
    {
        var environment = ServerProgram.GoodEnvironment($"postgresql://nobody@127.0.0.1:{ServerProgram.FreePort()}/none");

        var result = await ServerProgram.RunProcessAsync(["create-admin", "--email", "dana@example.com"], environment);

        result.ExitCode.Should().Be(1);
        result.Error.Should().Be(
            "No administrator was created: Nothing listens at the address in DATABASE_URL: start PostgreSQL, or correct host and port.\n");
    }

    [Fact]
    public async Task The_health_check_tells_by_its_exit_code_whether_the_server_is_ready()
    {
        var port = server.Api.Http.BaseAddress!.Port;

        // The command waits four seconds for the server, which can be too short on a busy machine.
        await Eventually.TrueAsync(
            async () => await CheckHealthAsync("ASPNETCORE_HTTP_PORTS", $"{port}") == new ServerProgram.Finished(0, "", ""),
            "a server that is ready");
        await Eventually.TrueAsync(
            async () => (await CheckHealthAsync("ASPNETCORE_URLS", $"http://+:{port};http://+:1")).ExitCode == 0,
            "a server that is ready");
        var silent = ServerProgram.FreePort();
        var refused = await CheckHealthAsync("ASPNETCORE_HTTP_PORTS", $"{silent}");
        (refused.ExitCode, refused.Output).Should().Be((1, ""));
        refused.Error.Should().StartWith($"http://127.0.0.1:{silent}/health/ready does not answer: ").And.EndWith("\n");
    }

    [GeneratedRegex(
        @"^Administrator: admin@localhost  password: (?<password>\S+)  \(shown only now\)\n$", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShownPassword();

    // As in a container: only the port is set.
    private static Task<ServerProgram.Finished> CheckHealthAsync(string variable, string value) =>
        ServerProgram.RunProcessAsync(["healthcheck"], new Dictionary<string, string?>(StringComparer.Ordinal) { [variable] = value });

    private Task<ServerProgram.Finished> CreateAsync(string? password, params string[] args)
    {
        var environment = Environment;
        environment["ADMIN_PASSWORD"] = password;
        return ServerProgram.RunAsync(["create-admin", .. args], environment);
    }

    private Task<long> AdminsAsync() =>
        server.Database.QueryAsync<long>(
            "SELECT count(*) FROM user_roles JOIN roles ON roles.id = user_roles.role_id WHERE roles.name = 'admin'");
}
