using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

public sealed class SessionsOfOthersTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Support_sees_a_persons_devices_youngest_first_and_page_by_page()
    {
        var support = await server.SignInAsAsync(Role.Support);
        var first = await server.Api.RegisterAsync();
        var second = await server.Api.LoginAsync(first.Email, deviceName: "Noa's tablet");

        var page = await ListAsync(support, first, "?limit=1");
        var rest = await ListAsync(support, first, $"?limit=1&after={page["next"]}");

        page.Ids().Should().Equal(second.SessionId);
        page["items"]![0]!["device_name"]!.GetValue<string>().Should().Be("Noa's tablet");
        page["items"]![0]!["current"]!.GetValue<bool>().Should().BeFalse();
        page["total"]!.GetValue<int>().Should().Be(2);
        rest.Ids().Should().Equal(first.SessionId);
        rest["next"].Should().BeNull();
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1000000000")]
    [InlineData("?skip=-1")]
    [InlineData("?skip=1000000000")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        await (await server.Api.GetAsync($"users/{person.UserId}/sessions{query}", support.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
    }

    [Fact]
    [Trait("ASVS", "7.4.5")]
    public async Task Ending_all_sessions_of_a_person_ends_them_at_once_and_nobody_elses()
    {
        var (support, person, bystander) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync(),
            await server.Api.RegisterAsync());
        var again = await server.Api.LoginAsync(person.Email);

        await (await DeleteAsync(support, $"users/{person.UserId}/sessions")).ShouldBeAsync(204);

        foreach (var ended in new[] { person, again })
        {
            await (await server.Api.GetAsync("auth/me", ended.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
            await (await server.Api.RefreshAsync(ended.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        }

        await (await server.Api.GetAsync("auth/me", bystander.AccessToken)).ShouldBeAsync(200);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'session.ended' AND subject_id = @id AND actor_id = @actor AND reason = "
                + "'ended_by_staff'",
            ("id", person.UserId), ("actor", support.UserId))).Should().Be(2);
        await (await DeleteAsync(support, $"users/{person.UserId}/sessions")).ShouldBeAsync(204);
    }

    [Fact]
    public async Task Ending_one_session_leaves_the_others()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        var again = await server.Api.LoginAsync(person.Email);

        await (await DeleteAsync(support, $"users/{person.UserId}/sessions/{person.SessionId}")).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await ListAsync(support, again)).Ids().Should().Equal(again.SessionId);
        await (await DeleteAsync(support, $"users/{person.UserId}/sessions/{person.SessionId}")).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task A_session_is_ended_under_its_owners_id_alone()
    {
        var (support, person, stranger) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync(),
            await server.Api.RegisterAsync());

        foreach (var id in new[]
        {
            stranger.SessionId.ToString(),
            support.SessionId.ToString(),
            person.SessionId.ToString("B"),
            person.UserId.ToString(),
            "1"
        })
        {
            await (await DeleteAsync(support, $"users/{person.UserId}/sessions/{id}")).ShouldBeProblemAsync(ErrorCodes.NotFound);
        }

        foreach (var alive in new[] { person, stranger, support })
        {
            await (await server.Api.GetAsync("auth/me", alive.AccessToken)).ShouldBeAsync(200);
        }
    }

    [Theory]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_neither_sees_nor_ends_the_sessions_of_staff(string role)
    {
        var (support, colleague) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(role));

        await (await server.Api.GetAsync($"users/{colleague.UserId}/sessions", support.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.Forbidden);
        await (await DeleteAsync(support, $"users/{colleague.UserId}/sessions")).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await DeleteAsync(support, $"users/{colleague.UserId}/sessions/{colleague.SessionId}")).ShouldBeProblemAsync(
            ErrorCodes.Forbidden);

        await (await server.Api.GetAsync("auth/me", colleague.AccessToken)).ShouldBeAsync(200);
        (await server.AuditedAsync("staff.refused", colleague, "failure")).Should().Be(3);
    }

    [Fact]
    public async Task An_administrator_ends_the_sessions_of_support_and_sees_which_one_is_their_own()
    {
        var (admin, support) = (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(Role.Support));

        await (await DeleteAsync(admin, $"users/{support.UserId}/sessions")).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", support.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await ListAsync(admin, admin))["items"]!
            .AsArray()
            .Where(item => item!["current"]!.GetValue<bool>())
            .Select(item => item!["id"]!.GetValue<Guid>())
            .Should()
            .Equal(admin.SessionId);
    }

    [Theory]
    [InlineData(Role.Support)]
    [InlineData(Role.Admin)]
    [Trait("ASVS", "8.4.1")]
    public async Task Staff_of_a_tenant_have_to_do_with_the_sessions_for_it_alone(string role)
    {
        var (clinic, other) = ((await server.OpenClinicAsync()).Id, (await server.OpenClinicAsync()).Id);
        var staff = await server.SignInAtAsync(clinic, role);
        var here = await server.SignInAtAsync(clinic, Role.Patient);
        await server.JoinAsync(here.UserId, other, Role.Patient);
        var there = await server.Api.LoginAsync(here.Email);
        await server.Database.ExecuteAsync(
            "UPDATE sessions SET tenant_id = @tenant WHERE id = @id", ("tenant", other), ("id", there.SessionId));

        (await ListAsync(staff, here)).Ids().Should().Equal(here.SessionId);
        await (await DeleteAsync(staff, $"users/{here.UserId}/sessions/{there.SessionId}")).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await DeleteAsync(staff, $"users/{here.UserId}/sessions")).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", here.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.GetAsync("auth/me", there.AccessToken)).ShouldBeAsync(200);
    }

    private async Task<JsonNode> ListAsync(SignedIn staff, SignedIn person, string query = "") =>
        await (await server.Api.GetAsync($"users/{person.UserId}/sessions{query}", staff.AccessToken)).ShouldBeAsync(200);

    private Task<HttpResponseMessage> DeleteAsync(SignedIn staff, string path) =>
        server.Api.SendAsync(HttpMethod.Delete, path, bearer: staff.AccessToken);
}
