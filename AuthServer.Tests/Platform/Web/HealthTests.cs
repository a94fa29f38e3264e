using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>A server on a database that was not migrated.</summary>
public sealed class UnmigratedServer : TestServer
{
    private TestDatabase _empty = null!;

    public override async Task InitializeAsync()
    {
        _empty = await TestDatabase.CreateEmptyAsync();
        Settings["Database:Url"] = _empty.ServerConnection;
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _empty.DisposeAsync();
    }
}

public sealed class HealthTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/health/ready")]
    [InlineData("/api/v1/health")]
    [InlineData("/api/health")]
    public async Task Readiness_tells_of_every_part_to_everybody(string path)
    {
        JsonNode body = new JsonObject();
        // A server that has just started may not be listening for notifications yet.
        await Eventually.TrueAsync(
            async () => (body = await (await server.Api.GetAsync(path)).ShouldBeAsync(200))["status"]!.GetValue<string>() == "healthy",
            "healthy");

        var checks = body["checks"]!.AsObject();
        checks.Select(check => check.Key).Should().Contain(["database", "migrations", "signing_keys"]);
        checks.Should().AllSatisfy(check =>
        {
            check.Value!["status"]!.GetValue<string>().Should().Be("healthy", "of {0}", check.Key);
            check.Value["duration_ms"]!.GetValue<double>().Should().BeInRange(0, 2000);
        });
    }

    [Fact]
    public async Task Liveness_asks_nobody_else() =>
        (await (await server.Api.GetAsync("/health/live")).ShouldBeAsync(200))["checks"]!.AsObject().Should().BeEmpty();

    [Fact]
    public async Task The_database_is_asked_on_a_route_of_its_own()
    {
        var body = await (await server.Api.GetAsync("health/database")).ShouldBeAsync(200);

        body["checks"]!.AsObject().Select(check => check.Key).Should().Equal("database");
    }

    [Fact]
    public async Task Asking_with_a_bad_token_is_no_mistake() =>
        await (await server.Api.GetAsync("/health/ready", "garbage")).ShouldBeAsync(200);
}

public sealed class UnmigratedHealthTests(UnmigratedServer server) : IClassFixture<UnmigratedServer>
{
    [Fact]
    public async Task A_database_without_the_migrations_is_not_ready_and_the_detail_says_what_to_run()
    {
        var body = await (await server.Api.GetAsync("/health/ready")).ShouldBeAsync(503);

        var checks = body["checks"]!;
        checks["database"]!["status"]!.GetValue<string>().Should().Be("healthy");
        checks["migrations"]!["status"]!.GetValue<string>().Should().Be("unhealthy");
        checks["migrations"]!["detail"]!.GetValue<string>().Should().Contain("run the Migrations program");
        checks["signing_keys"]!["status"]!.GetValue<string>().Should().Be("unhealthy");
        await (await server.Api.GetAsync("/health/live")).ShouldBeAsync(200);
    }
}
