using System.Globalization;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// Every route called with API keys: one with all scopes, one that lacks the required scope, and their access tokens. Routes that
/// are not in the table must refuse all of them, so a new route for people only needs no entry.
/// </summary>
public sealed class KeyMatrixTests(RouteMatrixTests.Cast cast) : IClassFixture<RouteMatrixTests.Cast>, IAsyncLifetime
{
    // The scope that opens the route, and the response to a platform key.
    private const string Table = """
        GET    /api/v1/users                      users:read       200
        GET    /api/v1/users/{id}                 users:read       200
        GET    /api/v1/users/stats                users:read       200
        GET    /api/v1/users/stats/count          users:read       200
        POST   /api/v1/users                      users:write      201
        PATCH  /api/v1/users/{id}                 users:write      200
        PUT    /api/v1/users/{id}                 users:write      200
        POST   /api/v1/users/{id}/disable         users:write      200
        POST   /api/v1/users/{id}/enable          users:write      200
        DELETE /api/v1/users/{id}/sessions        users:write      204
        POST   /api/v1/users/{id}/unlock          users:write      204
        POST   /api/v1/users/{id}/password-reset  users:write      202
        GET    /api/v1/tenants                    tenants:read     200
        GET    /api/v1/tenants/{id}               tenants:read     200
        GET    /api/v1/physicians                 physicians:read  200
        GET    /api/v1/physicians/available       physicians:read  200
        GET    /api/v1/physicians/{id}            physicians:read  200
        POST   /api/v1/physicians/{id}/verify     physicians:write 200
        POST   /api/v1/physicians/{id}/reject     physicians:write 200
        POST   /api/v1/physicians/{id}/suspend    physicians:write 200
        POST   /api/v1/physicians/{id}/reinstate  physicians:write 200
        GET    /api/v1/audit-events               audit:read       200
        GET    /api/v1/audit-events/export        audit:read       200
        """;

    // Verification and token exchange need no scope.
    private static readonly string[] ForEveryKey = ["POST /api/v1/auth/verify", "POST /api/v1/auth/token"];

    private Key _all = null!;

    private static IEnumerable<string[]> Lines =>
        Table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public static TheoryData<string, string, string, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, int>();
            foreach (var cells in Lines)
            {
                rows.Add(cells[0], cells[1], cells[2], int.Parse(cells[3], CultureInfo.InvariantCulture));
            }

            return rows;
        }
    }

    public async Task InitializeAsync() => _all = await cast.MakeKeyAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("ASVS", "8.2.1")]
    public async Task A_route_is_open_to_keys_with_its_scope_alone(string method, string path, string scope, int status)
    {
        var (right, wrong) = (await cast.MakeKeyAsync(_all.Owner, new { scopes = new[] { scope } }),
            await cast.MakeKeyAsync(_all.Owner, new { scopes = Scopes.All.Where(other => other != scope) }));

        foreach (var identify in await WaysOfAsync(right))
        {
            ((int)(await SendAsync(identify, method, path)).StatusCode).Should().Be(status, "the table says so of {0} {1}", method, path);
        }

        foreach (var identify in await WaysOfAsync(wrong))
        {
            await (await SendAsync(identify, method, path)).ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
        }
    }

    [Fact]
    [Trait("ASVS", "7.2.2")]
    public async Task Every_other_route_that_needs_a_token_refuses_keys_whatever_their_scopes()
    {
        var closed = (await cast.DescribedAsync()).Where(operation => operation.Node["security"]!.AsArray().Count > 0)
            .Where(operation => !ForEveryKey.Contains(operation.Name) && !Lines.Any(cells => operation.Name == $"{cells[0]} {cells[1]}"))
                .ToList();
        var answers = new List<string>();

        foreach (var operation in closed)
        {
            foreach (var identify in await WaysOfAsync(_all))
            {
                var response = await SendAsync(identify, operation.Method.Method, operation.Path);
                answers.Add($"{operation.Name} {(await response.ReadJsonAsync())?["code"]}");
            }
        }

        closed.Should().HaveCountGreaterThan(30);
        answers.Where(answer => !answer.EndsWith(" person_required", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "7.2.2")]
    public async Task A_key_has_no_session_to_sign_out_of()
    {
        foreach (var identify in await WaysOfAsync(_all))
        {
            await (await SendAsync(identify, "POST", "/api/v1/auth/logout")).ShouldBeProblemAsync(ErrorCodes.PersonRequired);
        }
    }

    private Task<HttpResponseMessage> SendAsync(Action<HttpRequestMessage> identify, string method, string path) =>
        cast.SendAsync(identify, method, path, RouteMatrixTests.BodyFor($"{method} {path}"));

    private async Task<IReadOnlyList<Action<HttpRequestMessage>>> WaysOfAsync(Key key)
    {
        var token = await cast.Api.ExchangeAsync(key.Text);
        return [request => request.Headers.Add(Keys.Header, key.Text), request => request.Headers.Authorization = new("Bearer", token)];
    }
}
