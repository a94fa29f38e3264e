using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// Calls every operation of the OpenAPI document as staff of one tenant with ids, slugs and addresses of another: everything must
/// look as if it did not exist, and nothing may change. The test fails on parameters it does not know yet.
/// </summary>
public sealed class OtherTenantTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly List<string> _faults = [];
    private readonly List<string> _found = [];

    [Theory]
    [Trait("ASVS", "8.4.1")]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    public async Task Staff_of_a_tenant_finds_nothing_of_another_and_changes_nothing_there(string role)
    {
        var (own, other) = (await server.OpenClinicAsync(), await OtherTenant.OpenAsync(server));
        var (operations, before) = (await OperationsAsync(), await other.ChecksumAsync());
        var mate = (await server.SignInAtAsync(Role.Patient, own)).UserId;

        foreach (var operation in operations)
        {
            // A new one for each operation, because some end the session or count against the password.
            var staff = await server.SignInAtAsync(role, own);
            await WalkAsync(operation, new(staff.AccessToken, mate), other);
            if (await other.ChecksumAsync() != before)
            {
                _faults.Add($"{operation.Name} changed something");
                before = await other.ChecksumAsync();
            }
        }

        _faults.Should().BeEmpty();
        // Makes sure that the walk reached something.
        _found.Should().Contain(["GET /api/v1/tenants", "GET /api/v1/auth/me"]);
        operations.Count(operation => operation.PathParameters.Count > 0).Should().BeGreaterThanOrEqualTo(4);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_key_of_a_tenant_finds_nothing_of_another_and_changes_nothing_there()
    {
        var (own, other) = (await server.OpenClinicAsync(), await OtherTenant.OpenAsync(server));
        var mate = (await server.SignInAtAsync(Role.Patient, own)).UserId;
        var token =
            await server.Api.ExchangeAsync(
                (await server.MakeKeyAsync(await server.SignInAtAsync(Role.Admin, own), new { requests_per_minute = 60_000 })).Text);
        var before = await other.ChecksumAsync();

        foreach (var operation in await OperationsAsync())
        {
            await WalkAsync(operation, new(token, mate), other);
        }

        _faults.Should().BeEmpty();
        (await other.ChecksumAsync()).Should().Be(before);
        _found.Should().Contain(["GET /api/v1/tenants", "GET /api/v1/users", "GET /api/v1/physicians"]);
    }

    [Fact]
    public async Task What_the_walk_looks_for_is_there_for_the_platform()
    {
        var (admin, other) = (await server.SignInAsAsync(Role.Admin), await OtherTenant.OpenAsync(server));
        var before = await other.ChecksumAsync();

        var text =
            await (await server.Api.GetAsync($"tenants?search={other.ValueOf("search")}", admin.AccessToken)).Content.ReadAsStringAsync();
        await (await server.Api.SendAsync(
            HttpMethod.Patch, $"tenants/{other.Clinic.Id}", new { name = "Changed" }, admin.AccessToken)).ShouldBeAsync(200);

        other.Marks.Should().Contain(mark => text.Contains(mark, StringComparison.Ordinal));
        (await other.ChecksumAsync()).Should().NotBe(before);
    }

    private async Task WalkAsync(DescribedOperation operation, Walker staff, OtherTenant other)
    {
        var example = Fill(operation, operation.Example, other);
        foreach (var (path, isForeign) in Paths(operation, staff, other))
        {
            var response = await SendAsync(operation, path, example, staff, other);
            if (isForeign)
            {
                await CheckNotThereAsync(operation, path, example, response, staff);
            }
        }

        var theirs = Paths(operation, staff, other)
            .Select(pair => pair.Path)
            .Append(Replace(operation.Path, operation.PathParameters.Select(_ => staff.Mate)))
            .Distinct(StringComparer.Ordinal);
        foreach (var (path, body) in from path in theirs from body in Enriched(operation, example, other) select (path, body))
        {
            var response = await SendAsync(operation, path, body, staff, other);
            if (response.IsSuccessStatusCode && !IsOfNoTenant(operation))
            {
                _faults.Add($"{operation.Name} took {body.ToJsonString()}");
            }
        }

        foreach (var query in Queries(operation, other))
        {
            await SendAsync(operation, Paths(operation, staff, other)[0].Path + query, example, staff, other);
        }
    }

    // Public operations, whose responses reveal nothing.
    private static bool IsOfNoTenant(DescribedOperation operation) => operation.Node["security"]!.AsArray().Count == 0;

    private List<(string Path, bool IsForeign)> Paths(DescribedOperation operation, Walker staff, OtherTenant other)
    {
        var parameters = operation.PathParameters;
        if (parameters.Count == 0)
        {
            return [(operation.Path, false)];
        }

        var ids = parameters.Select(parameter => other.IdsBehind(parameter.Segment, parameter.Name)).ToList();
        if (ids.Exists(candidates => candidates.Count == 0))
        {
            _faults.Add($"{operation.Name} has an id that OtherTenant.IdsBehind does not know");
            return [(operation.Path, false)];
        }

        List<(string, bool)> paths = [.. ids[0].Select(
            first => (Replace(operation.Path, ids.Skip(1).Select(candidates => candidates[0]).Prepend(first)), true))];
        if (ids.Count > 1)
        {
            // Other people's ids behind an id of one's own.
            paths.Add((Replace(operation.Path, ids.Skip(1).Select(candidates => candidates[0]).Prepend(staff.Mate)), true));
        }

        return paths;
    }

    private IEnumerable<string> Queries(DescribedOperation operation, OtherTenant other)
    {
        foreach (var (name, isId) in operation.QueryParameters)
        {
            if (other.ValueOf(name) is { } value)
            {
                yield return $"?{name}={Uri.EscapeDataString(value)}";
            }
            else if (isId)
            {
                _faults.Add($"{operation.Name} has a query parameter {name} that OtherTenant.ValueOf does not know");
            }
        }

        if (operation.QueryParameters.Any(parameter => parameter.Name.Equals("tenant", StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"?tenant={other.Clinic.Id}";
        }
    }

    private JsonObject? Fill(DescribedOperation operation, JsonObject? example, OtherTenant other)
    {
        var filled = example?.DeepClone().AsObject();
        foreach (var (name, value) in filled?.ToList() ?? [])
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var old))
            {
                filled![name] = other.ValueOf(name) ?? old;
                if (other.ValueOf(name) is null && Guid.TryParse(old, out _))
                {
                    _faults.Add($"{operation.Name} has a member {name} that OtherTenant.ValueOf does not know");
                }
            }
            else if (value is JsonObject inner)
            {
                filled![name] = Fill(operation, inner, other);
            }
        }

        return filled;
    }

    /// <summary>The example, with every member of the body that can refer to the other tenant.</summary>
    private static IEnumerable<JsonObject> Enriched(DescribedOperation operation, JsonObject? example, OtherTenant other)
    {
        foreach (var member in operation.Members.Where(
            member => example is not null && member is not "email" && other.ValueOf(member) is not null))
        {
            var body = example!.DeepClone().AsObject();
            body[member] = other.ValueOf(member);
            yield return body;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        DescribedOperation operation, string path, JsonObject? body, Walker staff, OtherTenant other)
    {
        var response =
            await server.Api.SendAsync(operation.Method, path, operation.IsForm ? null : body?.ToJsonString(), staff.Bearer, request =>
        {
            if (operation.IsForm)
            {
                request.Content = new FormUrlEncodedContent(body!.Select(field => KeyValuePair.Create(field.Key, field.Value!.ToString())));
            }
        });
        var answer = await response.Content.ReadAsStringAsync();
        _faults.AddRange(
            other.Marks.Where(mark => answer.Contains(mark, StringComparison.OrdinalIgnoreCase))
                .Select(mark => $"{operation.Method} {path} answered {mark}"));
        if ((int)response.StatusCode >= 500 && !path.StartsWith("/health", StringComparison.Ordinal))
        {
            _faults.Add($"{operation.Method} {path} answered {(int)response.StatusCode}");
        }

        if (response.IsSuccessStatusCode)
        {
            _found.Add(operation.Name);
        }

        return response;
    }

    // 404; or 403 for this role whatever the id, and then the same for an id that does not exist.
    private async Task CheckNotThereAsync(
        DescribedOperation operation, string path, JsonObject? body, HttpResponseMessage response, Walker staff)
    {
        var nobodys =
            await server.Api.SendAsync(
                operation.Method, Replace(operation.Path, operation.PathParameters.Select(_ => Guid.CreateVersion7())),
                body?.ToJsonString(), staff.Bearer);
        var (code, expected) = (await CodeAsync(response), await CodeAsync(nobodys));
        if (code is not ("not_found" or "forbidden" or "person_required") || code != expected)
        {
            _faults.Add($"{operation.Method} {path} answered {(int)response.StatusCode} {code}, and {expected} for an id of nobody's");
        }
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? (await response.ReadJsonAsync())!["code"]!.GetValue<string>()
            : null;

    private static string Replace(string path, IEnumerable<Guid> ids) =>
        ids.Aggregate(
            path,
            (made, id) => made.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start
                ? $"{made[..start]}{id}{made[(made.IndexOf('}', StringComparison.Ordinal) + 1)..]}"
                : made);

    private async Task<IReadOnlyList<DescribedOperation>> OperationsAsync() =>
        DescribedOperation.AllOf(JsonNode.Parse(await server.Api.Http.GetStringAsync("/openapi/v1.json"))!);

    /// <param name="Bearer">Access token of a member of staff.</param>
    /// <param name="Mate">A person of the same tenant.</param>
    private sealed record Walker(string Bearer, Guid Mate);
}
