using System.Net;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

public sealed class ForwardedForTests(TestServer open, ProxiedServer proxied) : IClassFixture<TestServer>, IClassFixture<ProxiedServer>
{
    [Fact]
    [Trait("ASVS", "4.1.3")]
    public async Task Who_is_no_configured_proxy_cannot_name_an_address_to_dodge_a_lock()
    {
        var name = Api.NewEmail();
        for (var time = 0; time < 5; time++)
        {
            await (await SignInAsync(open, name, ProxiedServer.NewAddress())).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        }

        await (await SignInAsync(open, name, ProxiedServer.NewAddress())).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Theory]
    [Trait("ASVS", "4.1.3")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    [InlineData("X-Client-IP", "203.0.113.7")]
    [InlineData("True-Client-IP", "203.0.113.7")]
    public async Task Who_is_no_configured_proxy_cannot_write_an_address_into_the_audit_log(string header, string value)
    {
        var id = await RegisterAsync(open, request => request.Headers.TryAddWithoutValidation(header, value));

        IPAddress.IsLoopback(await AddressOfAsync(open, id)).Should().BeTrue();
    }

    [Theory]
    [Trait("ASVS", "4.1.3")]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("garbage, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("203.0.113.7, ", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]:4711", "2001:db8::7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    public async Task Behind_the_configured_proxy_the_hop_it_saw_is_the_client(string header, string address)
    {
        var id = await RegisterAsync(proxied, request => request.Headers.TryAddWithoutValidation("X-Forwarded-For", header));

        (await AddressOfAsync(proxied, id)).ToString().Should().Be(address);
    }

    [Theory]
    [Trait("ASVS", "4.1.3")]
    [InlineData("a")]
    [InlineData("203.0.113.7, unknown")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.4:99999")]
    [InlineData("999.1.1.1")]
    [InlineData("' OR 1=1--")]
    [InlineData(",,,,")]
    [InlineData("[::1")]
    public async Task Garbage_names_nobody_and_breaks_nothing(string header)
    {
        var id = await RegisterAsync(proxied, request => request.Headers.TryAddWithoutValidation("X-Forwarded-For", header));

        IPAddress.IsLoopback(await AddressOfAsync(proxied, id)).Should().BeTrue();
    }

    [Theory]
    [InlineData("X-Forwarded-For", "fe80::1%eth0")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Proto", "javascript")]
    [InlineData("X-Forwarded-Proto", "https, https, https")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    public async Task An_odd_header_from_the_proxy_breaks_nothing(string header, string value) =>
        await RegisterAsync(proxied, request => request.Headers.TryAddWithoutValidation(header, value));

    [Fact]
    public async Task A_thousand_hops_break_nothing_and_the_last_one_counts()
    {
        var hops = string.Join(", ", Enumerable.Repeat("10.0.0.1", 1000).Append("203.0.113.8"));

        var id = await RegisterAsync(proxied, request => request.Headers.TryAddWithoutValidation("X-Forwarded-For", hops));

        (await AddressOfAsync(proxied, id)).ToString().Should().Be("203.0.113.8");
    }

    private static async Task<Guid> RegisterAsync(TestServer server, Action<HttpRequestMessage> adjust) =>
        (await SignedIn.ReadAsync(
            await server.Api.PostAsync("auth/register", new { email = Api.NewEmail(), password = Api.Password }, adjust: adjust))).UserId;

    private static Task<IPAddress> AddressOfAsync(TestServer server, Guid user) => server.Database.QueryAsync<IPAddress>(
        "SELECT ip_address FROM audit_events WHERE subject_id = @id AND type = 'user.registered'", ("id", user));

    private static Task<HttpResponseMessage> SignInAsync(TestServer server, string name, string from) =>
        server.Api.PostAsync(
            "auth/login", new { email = name, password = "not the password" },
            adjust: request => request.Headers.Add("X-Forwarded-For", from));
}
