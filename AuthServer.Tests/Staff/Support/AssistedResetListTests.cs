using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.Support;

public sealed class AssistedResetListTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static readonly string[] Fields = [
        "id", "person", "asked_by", "reason", "state", "tenant", "created_at", "expires_at", "decided_by", "decided_at"];

    [Fact]
    [Trait("ASVS", "8.2.3")]
    public async Task Support_sees_who_asked_for_whom_and_why_with_the_address_masked_and_administrators_see_all_of_it()
    {
        var (support, admin, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Admin),
            await server.SignInAsAsync(Role.Physician));
        var id = await server.AwaitApprovalAsync(support, person);

        var seen = Item(await server.ListResetsAsync(support), id)!;

        seen.AsObject().Select(member => member.Key).Should().BeEquivalentTo(Fields);
        seen["person"]!["id"]!.GetValue<Guid>().Should().Be(person.UserId);
        seen["person"]!["email"]!.GetValue<string>().Should().Be("p•••@example.com");
        seen["asked_by"]!["id"]!.GetValue<Guid>().Should().Be(support.UserId);
        seen["reason"]!.GetValue<string>().Should().Be("New phone; called from the number we know");
        seen["state"]!.GetValue<string>().Should().Be("pending");
        seen["tenant"].Should().BeNull();
        seen["decided_by"].Should().BeNull();
        Item(await server.ListResetsAsync(admin), id)!["person"]!["email"]!.GetValue<string>().Should().Be(person.Email);
        (await (await server.DecideAsync(await server.SignInAsAsync(Role.Support), id)).ShouldBeAsync(200))["person"]!["email"]!
            .GetValue<string>()
            .Should()
            .Be("p•••@example.com");
    }

    [Fact]
    public async Task Each_state_has_its_own_list()
    {
        var (support, admin) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Admin));
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var state in new[] { "expired", "approved", "declined" })
        {
            ids[state] = await server.AwaitApprovalAsync(support, await server.SignInAsAsync(Role.Physician));
        }

        await server.DecideAsync(admin, ids["approved"]);
        await server.DecideAsync(admin, ids["declined"], "decline");
        server.Clock.Advance(TimeSpan.FromHours(1));
        (support, admin) = (await server.Api.LoginAsync(support.Email), await server.Api.LoginAsync(admin.Email));
        ids["pending"] = await server.AwaitApprovalAsync(support, await server.SignInAsAsync(Role.Physician));

        foreach (var (state, id) in ids)
        {
            var page = await server.ListResetsAsync(admin, $"?state={state}&limit=100");
            Item(page, id).Should().NotBeNull();
            page["items"]!.AsArray().Should().OnlyContain(item => item!["state"]!.GetValue<string>() == state);
            page["total"]!.GetValue<int>().Should().Be(page["items"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Pages_hold_each_request_once_youngest_first()
    {
        var clinic = (await server.OpenClinicAsync()).Id;
        var support = await server.SignInAtAsync(clinic, Role.Support);
        var all = new List<Guid>();
        for (var person = 0; person < 5; person++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            all.Insert(0, await server.AwaitApprovalAsync(support, await server.SignInAtAsync(clinic, Role.Physician)));
        }

        (await JsonPages.ReadFiveAsync(query => server.ListResetsAsync(support, "?" + query))).Should().Equal(all);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_tenant_sees_what_its_own_support_asked_for_and_counts_nothing_else()
    {
        var (clinic, other) = ((await server.OpenClinicAsync()).Id, (await server.OpenClinicAsync()).Id);
        var (support, theirs) = (await server.SignInAtAsync(clinic, Role.Support), await server.SignInAtAsync(other, Role.Support));
        var shared = await server.SignInAtAsync(clinic, Role.Physician);
        await server.JoinAsync(shared.UserId, other, Role.Physician);
        var here = await server.AwaitApprovalAsync(support, shared);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        var there = await server.AwaitApprovalAsync(theirs, shared);

        var page = await server.ListResetsAsync(await server.SignInAtAsync(clinic, Role.Admin));

        here.Should().NotBe(there);
        page.Ids().Should().Equal(here);
        page["total"]!.GetValue<int>().Should().Be(1);
        page["items"]![0]!["tenant"]!.GetValue<Guid>().Should().Be(clinic);
        (await server.ListResetsAsync(await server.SignInAsAsync(Role.Admin), "?limit=100")).Ids().Should().Contain([here, there]);
    }

    [Theory]
    [InlineData("?state=Pending")]
    [InlineData("?state=")]
    [InlineData("?state=%25")]
    [InlineData("?state=' or 1=1--")]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?skip=-1")]
    [InlineData("?skip=1000000000")]
    public async Task A_list_that_cannot_be_is_refused(string query)
    {
        var support = await server.SignInAsAsync(Role.Support);

        await (await server.Api.GetAsync("password-resets" + query, support.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task Requests_are_kept_for_a_month_and_what_became_of_them_for_good()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Physician));
        var id = await server.AwaitApprovalAsync(support, person);

        server.Clock.Advance(TimeSpan.FromDays(30));
        await SweepAsync();
        (await CountAsync(id)).Should().Be(1);
        server.Clock.Advance(TimeSpan.FromHours(2));
        await SweepAsync();

        (await CountAsync(id)).Should().Be(0);
        (await server.AuditedAsync("password_reset.requested_by_staff", person)).Should().Be(1);
    }

    private static JsonNode? Item(JsonNode page, Guid id) =>
        page["items"]!.AsArray().SingleOrDefault(item => item!["id"]!.GetValue<Guid>() == id);

    private Task<int> SweepAsync() => server.Services.GetRequiredService<RetentionCleanup>().RunAsync(CancellationToken.None);

    private Task<long> CountAsync(Guid id) =>
        server.Database.QueryAsync<long>("SELECT count(*) FROM assisted_resets WHERE id = @id", ("id", id));
}
