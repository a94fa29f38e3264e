using System.Net;
using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>A server that was started while its database was unreachable.</summary>
public sealed class ServerWithoutDatabase : TestServer
{
    public ServerWithoutDatabase() => Settings["Database:Url"] = $"postgresql://nobody:hush@127.0.0.1:{ServerProgram.FreePort()}/none";
}

public sealed class DatabaseAwayTests(ServerWithoutDatabase server) : IClassFixture<ServerWithoutDatabase>
{
    [Fact]
    [Trait("ASVS", "16.5.2")]
    public async Task The_server_starts_and_lives_and_says_that_it_is_not_ready()
    {
        (await (await server.Api.GetAsync("/health/live")).ShouldBeAsync(200))["status"]!.GetValue<string>().Should().Be("healthy");
        foreach (var path in new[] { "/health", "/health/ready", "/api/v1/health", "/api/v1/health/database" })
        {
            var body = await (await server.Api.GetAsync(path)).ShouldBeAsync(503);
            body["status"]!.GetValue<string>().Should().Be("unhealthy");
            body["checks"]!["database"]!["detail"]!.GetValue<string>().Should().Be("The database does not answer.");
            body.ToJsonString().Should().NotContainAny("hush", "Npgsql", "Exception");
        }
    }

    [Theory]
    [InlineData("auth/register", """{"email":"dana@example.com","password":"correct horse battery"}""")]
    [InlineData("auth/login", """{"email":"dana@example.com","password":"correct horse battery"}""")]
    [Trait("ASVS", "16.5.2")]
    public async Task What_needs_the_database_is_answered_with_503_and_when_to_come_back(string path, string body)
    {
        var response = await server.Api.PostAsync(path, body);

        await ShouldBeUnavailableAsync(response);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_without_the_database()
    {
        await (await server.Api.PostAsync("auth/register", new { email = "nobody" })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        await (await server.Api.RefreshAsync("garbage")).ShouldBeProblemAsync(ErrorCodes.InvalidRefreshToken);
        await (await server.Api.GetAsync("auth/me")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
    }

    // 401 would make apps discard valid sessions.
    [Fact]
    public async Task Tokens_are_not_called_bad_while_the_keys_could_not_be_loaded()
    {
        var token =
            $"{Jwt.Encode(new JsonObject { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = "any" })}."
                + $"{Jwt.Encode(new JsonObject { ["sub"] = Guid.NewGuid() })}.{Jwt.Encode(new string('x', 64))}";

        await ShouldBeUnavailableAsync(await server.Api.GetAsync("auth/me", token));
        await ShouldBeUnavailableAsync(await server.Api.GetAsync("/.well-known/jwks.json"));
    }

    [Fact]
    public async Task The_documents_are_there_without_the_database()
    {
        foreach (var path in new[] { "/.well-known/openid-configuration", "/openapi/v1.json", "/docs" })
        {
            (await server.Api.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    private static async Task ShouldBeUnavailableAsync(HttpResponseMessage response)
    {
        await response.ShouldBeProblemAsync(ErrorCodes.DatabaseUnavailable);
        response.Headers.RetryAfter!.Delta.Should().BeGreaterThan(TimeSpan.Zero);
    }
}
