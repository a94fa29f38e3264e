using System.Net;
using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed class RequestLogTests(BrokenServer server) : IClassFixture<BrokenServer>
{
    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task Each_request_leaves_one_line_without_anything_of_the_person()
    {
        var email = Api.NewEmail();
        var response = await server.Api.PostAsync("auth/login?x=1", new { email, password = "a wrong phrase of mine" });
        var id = response.Headers.GetValues("X-Request-ID").Single();

        var line = Lines(id).Should().ContainSingle().Subject;
        line.Should().StartWith("Information").And.Contain("POST /api/v1/auth/login").And.Contain(" 401 ");
        line.Should().NotContainAny(email, "a wrong phrase", "127.0.0.1", "?");
    }

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task The_id_in_an_error_is_on_every_line_of_its_request()
    {
        var person = await server.Api.RegisterAsync();

        var problem = await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.InternalError);

        var lines = Lines(problem["trace_id"]!.GetValue<string>());
        lines.Should().Contain(line => line.Contains(BrokenServer.Cause, StringComparison.Ordinal));
        lines.Should().Contain(line => line.Contains("GET /api/v1/auth/me", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/api/v1/health")]
    public async Task Probes_leave_none(string path)
    {
        var response = await server.Api.GetAsync(path);

        Lines(response.Headers.GetValues("X-Request-ID").Single()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_no_route_is_not_quoted()
    {
        var response = await server.Api.GetAsync("/reset/a-secret-in-a-path");

        Lines(response.Headers.GetValues("X-Request-ID").Single()).Should().ContainSingle().Which
            .Should().Contain("GET none").And.NotContain("a-secret");
    }

    private List<string> Lines(string id) =>
        [.. server.Logs.Lines.Where(line => line.Contains($"trace_id:{id}", StringComparison.Ordinal))];
}

public sealed class LoggedProcessTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public Task DisposeAsync() => _database.DisposeAsync().AsTask();

    [Fact]
    [Trait("ASVS", "16.2.4")]
    public async Task In_production_every_line_is_JSON_and_tells_of_requests_and_security_events_by_ids()
    {
        var environment = ServerProgram.GoodEnvironment(_database.ServerConnection);
        environment["Audit__SealInterval"] = "00:00:01";
        await using var server = await ServerProgram.ServeAsync(environment);
        var person = await server.Api.RegisterAsync();
        var response = await server.Api.PostAsync("auth/login", new { email = person.Email, password = "a wrong phrase of mine" });
        var id = response.Headers.GetValues("X-Request-ID").Single();

        await Eventually.TrueAsync(
            () => Task.FromResult(Lines(server).Any(line => line["EventId"]!.GetValue<int>() == 3003 && Says(line, "sign_in.failed"))),
            "a line about the failed sign-in");

        var lines = Lines(server);
        var answered = lines.Single(line => TraceOf(line) == id && Says(line, "POST"));
        answered["State"]!["Status"]!.GetValue<int>().Should().Be(401);
        answered["State"]!["Route"]!.GetValue<string>().Should().Be("/api/v1/auth/login");
        var failed = lines.Single(line => line["EventId"]!.GetValue<int>() == 3003 && Says(line, "sign_in.failed"));
        failed["State"]!["Subject"]!.GetValue<string>().Should().Be(person.UserId.ToString());
        failed["State"]!["TraceId"]!.GetValue<string>().Should().Be(id);
        server.Output.Should().NotContainAny(person.Email, "127.0.0.1\"", "a wrong phrase");
    }

    private static List<JsonNode> Lines(ServerProgram.Serving server) =>
        [.. server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private static string? TraceOf(JsonNode line) =>
        line["Scopes"]?.AsArray().Select(scope => scope?["trace_id"]?.GetValue<string>()).FirstOrDefault(id => id is not null);

    private static bool Says(JsonNode line, string text) => line["Message"]!.GetValue<string>().Contains(text, StringComparison.Ordinal);
}

public sealed class ForwardedForWarningTests
{
    [Fact]
    public async Task The_first_client_that_an_unknown_proxy_names_is_warned_of_and_no_other()
    {
        var server = new TestServer();
        await server.InitializeAsync();
        for (var i = 0; i < 3; i++)
        {
            await server.Api.SendThroughProxyAsync("GET", "/api/v1/auth/me");
        }

        server.Logs.Lines.Should().ContainSingle(line => line.Contains("Server:TrustedProxies", StringComparison.Ordinal)).Which
            .Should().StartWith("Warning").And.NotContain("203.0.113.7");
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_trusted_proxy_is_no_reason_to_warn()
    {
        var server = new ProxiedServer();
        await server.InitializeAsync();

        (await server.Api.SendThroughProxyAsync("GET", "/api/v1/auth/me")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        server.Logs.Lines.Should().NotContain(line => line.Contains("Server:TrustedProxies", StringComparison.Ordinal));
        await server.DisposeAsync();
    }
}

/// <summary>Fourteen clients, and a database that is away for a while.</summary>
public sealed class OutageLogTests
{
    [Fact]
    public async Task An_outage_is_told_when_it_begins_and_when_it_is_over_and_not_by_each_request()
    {
        var server = new TestServer();
        await server.InitializeAsync();
        var person = await server.Api.RegisterAsync();
        var before = server.Logs.Lines.Count;

        await server.Database.BySuperuserAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS false");
        await server.Database.BySuperuserAsync(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{0}' AND backend_type = 'client backend'");
        await Task.WhenAll(Enumerable.Range(0, 14).Select(async _ =>
        {
            for (var i = 0; i < 10; i++)
            {
                (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).StatusCode.Should()
                    .Be(HttpStatusCode.ServiceUnavailable);
            }
        }));
        await server.Database.BySuperuserAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS true");
        await Eventually.TrueAsync(
            () => server.Logs.Lines.Any(line => line.Contains("The database is back", StringComparison.Ordinal)),
            "a line that says the database is back");

        var lines = server.Logs.Lines.Skip(before).Where(line => !line.Contains("POST /api", StringComparison.Ordinal)).ToList();
        lines.Should().NotContain(line => line.Contains("   at ", StringComparison.Ordinal));
        lines.Count.Should().BeLessThan(10);
        lines.Single(line => line.Contains("The database is back", StringComparison.Ordinal)).Should().MatchRegex("[0-9]{3} attempts");
        await server.DisposeAsync();
    }
}
