using System.Net;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Configuration;

/// <summary>The effects of the well-known environment variables, seen from outside.</summary>
public sealed class EnvironmentAliasesTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public Task DisposeAsync() => _database.DisposeAsync().AsTask();

    [Theory]
    [InlineData("https://app.example.com, http://localhost:3000")]
    [InlineData("[\"https://app.example.com\", \"http://localhost:3000\"]")]
    public async Task The_well_known_variables_set_what_they_set_elsewhere(string origins)
    {
        var environment = ServerProgram.GoodEnvironment(_database.ServerConnection);
        environment["JWT_SECRET_KEY"] = "a secret shared with other systems, long";
        environment["Tokens__Algorithm"] = "HS256";
        environment["ACCESS_TOKEN_EXPIRE_MINUTES"] = "7.5";
        environment["REFRESH_TOKEN_EXPIRE_DAYS"] = "60";
        environment["BACKEND_CORS_ORIGINS"] = origins;
        await using var server = await ServerProgram.ServeAsync(environment);

        var person = await server.Api.RegisterAsync();

        person.ExpiresIn.Should().Be(450);
        Jwt.Header(person.AccessToken)["alg"]!.GetValue<string>().Should().Be("HS256");
        (await _database.QueryAsync<TimeSpan>("SELECT idle_timeout FROM sessions WHERE id = @id", ("id", person.SessionId))).Should()
            .Be(TimeSpan.FromDays(60));
        foreach (var origin in new[] { "https://app.example.com", "http://localhost:3000" })
        {
            var response =
                await server.Api.SendAsync(HttpMethod.Get, "health/database", adjust: request => request.Headers.Add("Origin", origin));
            response.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal(origin);
        }
    }

    [Theory]
    [InlineData("Development", "")]
    [InlineData("Production", "Configuration: SECRET_KEY is not set")]
    public async Task The_file_env_in_the_folder_is_for_Development_and_the_environment_wins(string name, string error)
    {
        var folder = Directory.CreateTempSubdirectory("authserver-env-").FullName;
        await File.WriteAllLinesAsync(Path.Combine(folder, ".env"), [
            "# a comment", "export SECRET_KEY='a root secret of the tests, long enough'", "Tokens__Algorithm=none # not known",
            "EMPTY=", "nonsense"]);
        var environment = ServerProgram.GoodEnvironment();
        environment.Remove("SECRET_KEY");
        (environment["PWD"], environment["ASPNETCORE_ENVIRONMENT"], environment["ALGORITHM"]) = (folder, name, "RS256");

        var result = await ServerProgram.RunProcessAsync(["--check-configuration"], environment);

        Directory.Delete(folder, recursive: true);
        result.Error.Should().StartWith(error).And.NotContain("Tokens:Algorithm");
        result.ExitCode.Should().Be(error.Length == 0 ? 0 : 78, result.Error);
    }

    [Fact]
    public async Task Section_and_key_win_over_the_well_known_variables_and_a_connection_string_will_do()
    {
        var environment = ServerProgram.GoodEnvironment();
        environment.Remove("DATABASE_URL");
        environment["ConnectionStrings__Default"] = _database.ServerConnection;
        environment["ACCESS_TOKEN_EXPIRE_MINUTES"] = "7";
        environment["Tokens__AccessTokenLifetime"] = "00:03:00";
        environment["BACKEND_CORS_ORIGINS"] = "https://one.example.com,https://two.example.com";
        environment["Server__CorsOrigins__0"] = "https://three.example.com";
        await using var server = await ServerProgram.ServeAsync(environment);

        (await server.Api.RegisterAsync()).ExpiresIn.Should().Be(180);
        (await server.Api.SendAsync(
            HttpMethod.Get, "health", adjust: request => request.Headers.Add("Origin", "https://two.example.com"))).Headers
            .Should().NotContain(header => header.Key == "Access-Control-Allow-Origin", "a list is taken from one place");
        (await server.Api.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
