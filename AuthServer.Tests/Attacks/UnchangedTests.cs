using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Every PATCH and PUT of the OpenAPI document, sent twice: the second time nothing changes.</summary>
public sealed class UnchangedTests(RouteMatrixTests.Cast cast) : IClassFixture<RouteMatrixTests.Cast>
{
    private const string State = """
        SELECT concat_ws(' ', (SELECT count(*) FROM audit_events), (SELECT count(*) FROM email_outbox), (SELECT count(*) FROM revocations),
            (SELECT md5(string_agg(security_stamp || token_version, '' ORDER BY id)) FROM users),
            (SELECT md5(string_agg(k::text, '' ORDER BY id)) FROM api_keys k))
        """;

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task What_changes_nothing_is_not_recorded_and_tells_and_outdates_nobody()
    {
        var recorded = new List<string>();
        var changes = (await cast.DescribedAsync()).Where(operation => operation.Method.Method is "PATCH" or "PUT").ToList();
        changes.Should().NotBeEmpty();
        foreach (var operation in changes)
        {
            foreach (var kind in new[] { "patient", "physician verified", "admin of the platform" })
            {
                var person = await cast.SignInAsync(kind);
                var send = await cast.PrepareAsync(operation.Method.Method, operation.Path, RouteMatrixTests.BodyFor(operation.Name));
                await SendAsync();
                var before = await cast.Database.QueryAsync<string>(State);
                await SendAsync();

                if (await cast.Database.QueryAsync<string>(State) != before)
                {
                    recorded.Add($"{operation.Name} as {kind}");
                }

                Task<HttpResponseMessage> SendAsync() =>
                    send(request => request.Headers.Authorization = new("Bearer", person.AccessToken));
            }
        }

        string.Join(", ", recorded).Should().BeEmpty();
    }

    [Fact]
    public async Task A_licence_that_awaits_its_review_is_not_submitted_again_as_it_is()
    {
        var physician = await cast.RegisterUnverifiedPhysicianAsync();
        var made = await (await cast.Api.PostAsync(
            "physicians/me/licences", new { number = "75-1", jurisdiction = "FR" }, physician.AccessToken)).ShouldBeAsync(201);
        var before = await cast.Database.QueryAsync<string>(State);

        await (await cast.Api.SendAsync(
            HttpMethod.Patch, $"physicians/me/licences/{made["id"]}", new { number = " 75-1 " }, physician.AccessToken)).ShouldBeAsync(200);

        (await cast.Database.QueryAsync<string>(State)).Should().Be(before);
    }

    [Fact]
    public async Task Switching_to_the_same_tenant_again_is_no_switch()
    {
        var person = await cast.SignInAsync("patient");
        var clinic = new { tenant = "clinic" };
        var first = await SignedIn.ReadAsync(await cast.Api.PostAsync("auth/switch-tenant", clinic, person.AccessToken));
        var before = await cast.Database.QueryAsync<string>(State);

        await (await cast.Api.PostAsync("auth/switch-tenant", clinic, first.AccessToken)).ShouldBeAsync(200);

        (await cast.Database.QueryAsync<string>(State)).Should().Be(before);
    }
}
