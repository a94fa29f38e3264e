using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Every route of the OpenAPI document, called in a loop by one person from one address while time stands still.</summary>
public sealed class WriteLimitTests(WriteLimitTests.Server server) : IClassFixture<WriteLimitTests.Server>
{
    private const int Limit = 2;
    private const int Calls = 12;

    // A registration leaves two events, a session and a mail; nothing else leaves more.
    private const int MostRows = Limit * 4;

    private static readonly string[] FreeTexts = ["full_name", "name", "reason", "specialty", "number", "device_name"];

    private const string Rows = """
        SELECT (SELECT count(*) FROM audit_events) + (SELECT count(*) FROM sessions) + (SELECT count(*) FROM email_outbox)
        """;

    [Theory]
    [InlineData("patient")]
    [InlineData("physician pending")]
    [InlineData("admin of the platform")]
    [Trait("ASVS", "2.4.1")]
    public async Task No_route_called_in_a_loop_leaves_more_rows_than_the_limits_allow(string kind)
    {
        var grown = new List<string>();
        foreach (var operation in await server.Cast.DescribedAsync())
        {
            server.Clock.Advance(TimeSpan.FromHours(1));
            server.MoveToNewAddress();
            var send = await server.Cast.PrepareAsync(
                operation.Method.Method, operation.Path, RouteMatrixTests.BodyFor(operation.Name));
            server.MoveToNewAddress();
            var person = await server.Cast.SignInAsync(kind);
            server.MoveToNewAddress();

            var before = await server.Database.QueryAsync<long>(Rows);
            for (var call = 0; call < Calls; call++)
            {
                await send(request =>
                {
                    request.Headers.Authorization = new("Bearer", person.AccessToken);
                    request.Content = Vary(request.Content, call);
                });
            }

            var rows = await server.Database.QueryAsync<long>(Rows) - before;
            if (rows > MostRows)
            {
                grown.Add($"{operation.Name}: {rows}");
            }
        }

        string.Join(", ", grown).Should().BeEmpty();
    }

    // Otherwise most calls would change nothing, and that is not recorded.
    private static HttpContent? Vary(HttpContent? content, int call)
    {
        if (content is not StringContent || JsonNode.Parse(content.ReadAsStream()) is not JsonObject body)
        {
            return content;
        }

        foreach (var (member, value) in body.Where(
            pair => FreeTexts.Contains(pair.Key) && pair.Value?.GetValueKind() == JsonValueKind.String).ToList())
        {
            body[member] = $"{value} {call}";
        }

        return JsonContent.Create(body);
    }

    public sealed class Server : IAsyncLifetime
    {
        public RouteMatrixTests.Cast Cast { get; } = new();

        public TestDatabase Database => Cast.Database;

        public TestClock Clock => Cast.Clock;

        public async Task InitializeAsync()
        {
            Clock.Stop();
            foreach (var limit in Cast.Settings.Keys.Where(key => key.StartsWith("RateLimits:", StringComparison.Ordinal)).ToList())
            {
                Cast.Settings[limit] = $"{Limit}";
            }

            Cast.Settings["Server:TrustedProxies:0"] = "127.0.0.1";
            Cast.Settings["Server:TrustedProxies:1"] = "::1";
            await Cast.InitializeAsync();
        }

        public Task DisposeAsync() => Cast.DisposeAsync();

        public void MoveToNewAddress()
        {
            Cast.Api.Http.DefaultRequestHeaders.Remove("X-Forwarded-For");
            Cast.Api.Http.DefaultRequestHeaders.Add("X-Forwarded-For", ProxiedServer.NewAddress());
        }
    }
}
