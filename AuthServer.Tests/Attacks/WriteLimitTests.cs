using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Every route of the OpenAPI document, called in a loop by one person from one address while time stands still.</summary>
public sealed class WriteLimitTests(WriteLimitTests.Server server) : IClassFixture<WriteLimitTests.Server>
{
    private const int Limit = 3;
    private const int Calls = 20;

    // A write leaves at most an event, a session, a mail, and the end of another session with its event.
    private const int MostRows = Limit * 5;

    private const string Rows = """
        SELECT (SELECT count(*) FROM audit_events) + (SELECT count(*) FROM sessions) + (SELECT count(*) FROM email_outbox)
        """;

    [Theory]
    [InlineData("patient")]
    [InlineData("physician pending")]
    [InlineData("support")]
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
                await send(request => request.Headers.Authorization = new("Bearer", person.AccessToken));
            }

            var rows = await server.Database.QueryAsync<long>(Rows) - before;
            if (rows > MostRows)
            {
                grown.Add($"{operation.Name}: {rows}");
            }
        }

        grown.Should().BeEmpty();
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
