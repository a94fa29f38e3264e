using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Tenants;

/// <summary>Who can see and change which tenant.</summary>
public sealed class TenantReachTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string, string, object?> Routes => new()
    {
        { "GET", "", null },
        { "POST", "", new { slug = "new-clinic", name = "New" } },
        { "GET", "/{id}", null },
        { "PATCH", "/{id}", new { name = "Changed" } },
        { "POST", "/{id}/suspend", new { reason = "Because" } },
        { "POST", "/{id}/reopen", new { reason = "Because" } },
    };

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [MemberData(nameof(Routes))]
    public async Task Nobody_patients_and_physicians_get_nowhere(string method, string path, object? body)
    {
        var clinic = await server.OpenClinicAsync();
        var before = await RowAsync(clinic);
        var route = $"tenants{path.Replace("{id}", clinic.Id.ToString(), StringComparison.Ordinal)}";

        await (await server.Api.SendAsync(new(method), route, body)).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        foreach (var person in new[]
        {
            await server.SignInAsAsync(Role.Patient),
            await server.SignInAsAsync(Role.Physician),
            await server.SignInAtAsync(Role.Patient, clinic)
        })
        {
            await (await server.Api.SendAsync(new(method), route, body, person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }

        (await RowAsync(clinic)).Should().Be(before);
    }

    [Theory]
    [Trait("ASVS", "8.4.1")]
    [InlineData("GET", "/{id}", Role.Admin, "not_found")]
    [InlineData("GET", "/{id}", Role.Support, "not_found")]
    [InlineData("PATCH", "/{id}", Role.Admin, "not_found")]
    [InlineData("PATCH", "/{id}", Role.Support, "forbidden")]
    [InlineData("POST", "/{id}/suspend", Role.Admin, "forbidden")]
    [InlineData("POST", "/{id}/reopen", Role.Admin, "forbidden")]
    public async Task Another_tenant_is_not_there(string method, string path, string role, string code)
    {
        var (own, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var (staff, before) = (await server.SignInAtAsync(role, own), await RowAsync(other));
        object? body = method == "GET" ? null : path == "/{id}" ? new { name = "Changed" } : new { reason = "Because" };

        var response =
            await server.Api.SendAsync(
                new(method), $"tenants{path.Replace("{id}", other.Id.ToString(), StringComparison.Ordinal)}", body, staff.AccessToken);

        await response.ShouldBeProblemAsync(code == "not_found" ? ErrorCodes.NotFound : ErrorCodes.Forbidden);
        (await RowAsync(other)).Should().Be(before);
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData("suspend")]
    [InlineData("reopen")]
    public async Task No_tenant_suspends_or_reopens_itself(string act)
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);

        await (await server.Api.PostAsync(
            $"tenants/{clinic.Id}/{act}", new { reason = "Because" }, admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Lists_counts_and_searches_know_the_own_tenant_alone()
    {
        var (own, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var support = await server.SignInAtAsync(Role.Support, own);

        foreach (var query in new[]
        {
            "",
            "?search=clinic",
            "?status=active",
            $"?after={Guid.Parse("ffffffff-ffff-7fff-bfff-ffffffffffff")}"
        })
        {
            var page = await (await server.Api.GetAsync($"tenants{query}", support.AccessToken)).ShouldBeAsync(200);
            page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>()).Should().Equal(own.Id);
            page["total"]!.GetValue<int>().Should().Be(1);
        }

        var searched = await (await server.Api.GetAsync($"tenants?search={other.Slug}", support.AccessToken)).ShouldBeAsync(200);
        (searched["items"]!.AsArray().Count, searched["total"]!.GetValue<int>()).Should().Be((0, 0));
    }

    [Fact]
    public async Task A_person_is_counted_once_however_much_they_are_there()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);
        await server.JoinAsync(admin.UserId, clinic, Role.Physician);
        await server.SignInAtAsync(Role.Patient, clinic);

        (await (await server.Api.GetAsync($"tenants/{clinic.Id}", admin.AccessToken)).ShouldBeAsync(200))["members"]!
            .GetValue<int>()
            .Should()
            .Be(2);
    }

    [Fact]
    public async Task The_platform_pages_through_all_of_them_the_youngest_first()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        for (var number = 0; number < 5; number++)
        {
            await (await server.Api.PostAsync(
                "tenants", new { slug = $"paged-{number}", name = "Paged" }, admin.AccessToken)).ShouldBeAsync(201);
        }

        var (seen, next) = (new List<string>(), "");
        do
        {
            var page = await (await server.Api.GetAsync($"tenants?search=paged-&limit=2{next}", admin.AccessToken)).ShouldBeAsync(200);
            page["total"]!.GetValue<int>().Should().Be(5);
            seen.AddRange(page["items"]!.AsArray().Select(item => item!["slug"]!.GetValue<string>()));
            next = page["next"] is { } id ? $"&after={id}" : "";
        }
        while (next.Length > 0);

        seen.Should().Equal("paged-4", "paged-3", "paged-2", "paged-1", "paged-0");
    }

    [Theory]
    [InlineData("100%", true)]
    [InlineData("100_", false)]
    [InlineData("1%c", false)]
    [InlineData("%", true)]
    [InlineData("\\", true)]
    [InlineData("o'brien", true)]
    [InlineData("O'BRIEN", true)]
    [InlineData("' OR 1=1--", false)]
    [InlineData("ÉTOILE", true)]
    public async Task What_is_searched_for_is_text_and_not_a_pattern(string text, bool isFound)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync(name: "O'Brien's 100% Étoile \\ Co");

        var page =
            await (await server.Api.GetAsync($"tenants?limit=100&search={Uri.EscapeDataString(text)}", admin.AccessToken)).ShouldBeAsync(
                200);

        page["items"]!.AsArray().Any(item => item!["id"]!.GetValue<Guid>() == clinic.Id).Should().Be(isFound);
    }

    [Theory]
    [InlineData("skip=-1", "skip")]
    [InlineData("skip=1000000000", "skip")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("status=open", "status")]
    [InlineData("status=ACTIVE", "status")]
    [InlineData("search=%00", "search")]
    public async Task What_cannot_be_asked_for_is_named(string query, string field)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.Api.GetAsync($"tenants?{query}", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("{0195b1f0-3c5d-7a1b-8e2f-4d6c8b0a1e3f}")]
    [InlineData("0195b1f0-3c5d-7a1b-8e2f-4d6c8b0a1e3f")]
    public async Task An_id_that_is_none_is_like_one_that_does_not_exist(string id)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var path = $"tenants/{Uri.EscapeDataString(id)}";

        await (await server.Api.GetAsync(path, admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.Api.SendAsync(HttpMethod.Patch, path, new { name = "Changed" }, admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
        await (await server.Api.PostAsync($"{path}/suspend", new { reason = "Because" }, admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
    }

    private Task<string> RowAsync(Clinic clinic) =>
        server.Database.QueryAsync<string>("SELECT t::text FROM tenants t WHERE id = @id", ("id", clinic.Id));
}
