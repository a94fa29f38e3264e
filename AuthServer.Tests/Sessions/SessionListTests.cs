using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class SessionListTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "7.5.2")]
    public async Task The_list_tells_the_devices_apart()
    {
        var first = await server.Api.RegisterAsync();
        var answer =
            await server.Api.PostAsync("auth/login", new { email = first.Email, password = Api.Password, device_name = "Noa's tablet" },
            adjust: request => request.Headers.TryAddWithoutValidation("User-Agent", "Clinic/3.1 (tablet)"));
        var second = await SignedIn.ReadAsync(answer);

        var page = await ListAsync(first);

        page["total"]!.GetValue<int>().Should().Be(2);
        page["skip"]!.GetValue<int>().Should().Be(0);
        page["limit"]!.GetValue<int>().Should().Be(20);
        page["next"].Should().BeNull();
        var items = page["items"]!.AsArray();
        items.Select(item => item!["id"]!.GetValue<Guid>()).Should().Equal(second.SessionId, first.SessionId);
        items.Select(item => item!["current"]!.GetValue<bool>()).Should().Equal(false, true);
        items[0]!["device_name"]!.GetValue<string>().Should().Be("Noa's tablet");
        items[0]!["user_agent"]!.GetValue<string>().Should().Be("Clinic/3.1 (tablet)");
        items[0]!["ip"]!.GetValue<string>().Should().BeOneOf("127.0.0.1", "::1");
        items[1]!["device_name"].Should().BeNull();
        var now = server.Clock.GetUtcNow();
        items[0]!["created_at"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(now, TimeSpan.FromMinutes(1));
        items[0]!["last_used_at"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(now, TimeSpan.FromMinutes(1));
        items[0]!["expires_at"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(now.AddDays(90), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Pages_hold_every_session_once()
    {
        var person = await server.Api.RegisterAsync();
        var all = new List<Guid> { person.SessionId };
        for (var time = 0; time < 4; time++)
        {
            all.Add((await server.Api.LoginAsync(person.Email)).SessionId);
        }

        (await JsonPages.ReadFiveAsync(query => ListAsync(person, "?" + query))).Should().BeEquivalentTo(all);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=1000000000")]
    [InlineData("?skip=-1")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync("auth/sessions" + query, person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Theory]
    [InlineData("?limit=x")]
    [InlineData("?limit=1e3")]
    [InlineData("?skip=99999999999")]
    [InlineData("?after=x")]
    [InlineData("?limit=")]
    [InlineData("?LIMIT=")]
    [InlineData("?limit=&limit=")]
    [InlineData("?skip")]
    [InlineData("?after=")]
    public async Task A_page_that_cannot_be_read_is_refused(string query)
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync("auth/sessions" + query, person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.BadRequest);
    }

    [Fact]
    public async Task A_page_past_the_end_is_empty()
    {
        var page = await ListAsync(await server.Api.RegisterAsync(), "?skip=5&limit=100");

        page["items"]!.AsArray().Should().BeEmpty();
        page["total"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "10.4.9")]
    public async Task Ending_a_session_from_the_list_ends_it_at_once()
    {
        var here = await server.Api.RegisterAsync();
        var there = await server.Api.LoginAsync(here.Email);

        await (await server.Api.SendAsync(HttpMethod.Delete, $"auth/sessions/{there.SessionId}", bearer: here.AccessToken)).ShouldBeAsync(
            204);

        await (await server.Api.GetAsync("auth/me", there.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(there.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await ListAsync(here)).Ids().Should().Equal(here.SessionId);
        await (await server.Api.SendAsync(
            HttpMethod.Delete, $"auth/sessions/{there.SessionId}", bearer: here.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task Somebody_elses_session_is_not_there()
    {
        var (person, stranger) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        await (await server.Api.SendAsync(
            HttpMethod.Delete, $"auth/sessions/{stranger.SessionId}", bearer: person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);

        await (await server.Api.GetAsync("auth/me", stranger.AccessToken)).ShouldBeAsync(200);
        (await ListAsync(person)).Ids().Should().Equal(person.SessionId);
    }

    [Theory]
    [InlineData("{0:B}")]
    [InlineData("{0:P}")]
    [InlineData("{0:N}")]
    [InlineData("{0:D}0")]
    [InlineData("1")]
    [InlineData("' or 1=1--")]
    public async Task An_id_that_is_no_UUID_is_not_there(string form)
    {
        var person = await server.Api.RegisterAsync();
        var id = string.Format(null, System.Text.CompositeFormat.Parse(form), person.SessionId);

        await (await server.Api.SendAsync(HttpMethod.Delete, $"auth/sessions/{id}", bearer: person.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.NotFound);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    private async Task<JsonNode> ListAsync(SignedIn person, string query = "") =>
        await (await server.Api.GetAsync("auth/sessions" + query, person.AccessToken)).ShouldBeAsync(200);
}
