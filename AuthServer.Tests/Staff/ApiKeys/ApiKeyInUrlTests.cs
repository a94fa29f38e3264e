using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.ApiKeys;

/// <summary>Keys in places where they must not be. The server logs as much as it can.</summary>
public sealed class ApiKeyInUrlTests(ApiKeyInUrlTests.Server server) : IClassFixture<ApiKeyInUrlTests.Server>
{
    public static TheoryData<string, string> Places => new()
    {
        { "GET", "/api/v1/users?api_key={0}" },
        { "GET", "/api/v1/users?{0}" },
        { "GET", "/api/v1/users/{0}" },
        { "GET", "/api/users?search=x{0}x" },
        { "POST", "/api/v1/auth/login?key={0}" },
        { "GET", "/nowhere/{0}/at/all" },
        { "GET", "/health?{0}" },
        { "DELETE", "/api/v1/api-keys/{0}" },
        { "GET", "/api/v1/users?key=%61{1}" },
        { "GET", "/api/v1/users?key=%2561{1}" },
        { "GET", "/nowhere/%252561{1}" },
        { "OPTIONS", "/api/v1/users?key={0}" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    [Trait("ASVS", "14.2.1")]
    public async Task A_key_in_the_URL_is_refused_whatever_the_route_and_beside_a_good_one(string method, string place)
    {
        var key = await server.MakeKeyAsync();
        var path = string.Format(null, System.Text.CompositeFormat.Parse(place), key.Text, key.Text[1..]);

        await (await server.Api.SendAsync(new(method), path)).ShouldBeProblemAsync(ErrorCodes.ApiKeyInUrl);
        await (await server.Api.SendWithKeyAsync(new(method), path, key.Text)).ShouldBeProblemAsync(ErrorCodes.ApiKeyInUrl);

        (await server.KeyRowAsync(key))["exposed_at"].Should().NotBeNull();
        var secret = key.Text[5..];
        server.Logs.Lines
            .Should()
            .HaveCountGreaterThan(50, "everything is logged").And
            .NotContain(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    [Trait("ASVS", "14.2.1")]
    public async Task Its_owner_is_told_once_and_it_is_on_record_and_in_the_list()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.ProveMailboxAsync(admin);
        var key = await server.MakeKeyAsync(admin, new { name = "the careless service" });

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Api.GetAsync($"users?key={key.Text}")));

        (await server.MailsAsync(MailKinds.ApiKeyExposed, admin.Email))
            .Should()
            .ContainSingle().Which.Text
            .Should()
            .Contain("the careless service").And
            .NotContain(key.Text[^60..]);
        (await server.KeyAuditAsync(AuditEvents.ApiKeyExposed, key)).Should().Be("failure", "its name may be somebody's");
        var listed = await (await server.Api.GetAsync("api-keys?limit=1", admin.AccessToken)).ShouldBeAsync(200);
        listed["items"]![0]!["exposed_at"].Should().NotBeNull();
        // The owner decides when the service can do without the key.
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_page_for_people_is_no_way_in_either()
    {
        var key = await server.MakeKeyAsync();

        var response = await server.Api.GetAsync($"/account/reset-password?token={key.Text}");

        ((int)response.StatusCode).Should().Be(400);
        (await response.Content.ReadAsStringAsync()).Should().NotContain(key.Text[5..]);
        (await server.KeyRowAsync(key))["exposed_at"].Should().NotBeNull();
    }

    [Fact]
    public async Task A_key_that_is_nobodys_flags_nothing()
    {
        var key = await server.MakeKeyAsync();
        var forged = ApiKeyText.Make(key.Id).Text;

        await (await server.Api.GetAsync($"users?key={forged}")).ShouldBeProblemAsync(ErrorCodes.ApiKeyInUrl);

        (await server.KeyRowAsync(key))["exposed_at"].Should().BeNull();
        (await server.KeyAuditAsync(AuditEvents.ApiKeyExposed, key)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("/api/v1/health?key={0}", 1)]
    [InlineData("/api/v1/health?token=as_CfDJ8PbX0m3nRs4tK9wQz7LhYvEoU1aGdT6iNcJxFpWqBrSeMkZ2uVyHl5Af_DCfDJ8PbX0m3nR", 0)]
    public async Task What_is_no_key_is_left_alone(string place, int cut)
    {
        var key = await server.MakeKeyAsync();

        await (await server.Api.GetAsync(string.Format(null, System.Text.CompositeFormat.Parse(place), key.Text[cut..]))).ShouldBeAsync(
            200);
    }

    public sealed class Server : TestServer
    {
        public Server()
        {
            foreach (var category in new[] { "Default", "Microsoft", "Npgsql" })
            {
                Settings[$"Logging:LogLevel:{category}"] = "Trace";
            }
        }
    }
}
