using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.AuditTrail;

/// <summary>A server that logs as much as it can, and secrets that are easy to recognise.</summary>
public sealed class SecretsStaySecretTests(SecretsStaySecretTests.Server server) : IClassFixture<SecretsStaySecretTests.Server>
{
    private const string Marker = "MARKER-7c1e5a";

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task No_password_token_or_address_gets_into_the_log_the_audit_or_the_sessions()
    {
        const string right = $"{Marker}-right-password";
        var email = $"{Marker}@example.com";
        var person = await server.Api.RegisterAsync(email, right);
        var signedIn = await server.Api.LoginAsync(email, right);
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(signedIn.RefreshToken));
        await MakeMistakesAsync(email);
        await server.Api.GetAsync("auth/me", refreshed.AccessToken);
        await server.Api.GetAsync("auth/me", refreshed.AccessToken + "x");
        await server.Api.RefreshAsync(signedIn.RefreshToken + "x");
        await server.Api.RefreshAsync(person.RefreshToken[..^1]);

        string[] secrets =
        [
            Marker, Signature(person.AccessToken), Signature(signedIn.AccessToken), Signature(refreshed.AccessToken),
            person.RefreshToken[..^1], signedIn.RefreshToken, refreshed.RefreshToken,
        ];
        server.Logs.Lines.Should().HaveCountGreaterThan(50, "everything is logged");
        server.Logs.Lines.Where(line => HoldsOne(secrets, line)).Should().BeEmpty();
        foreach (var table in new[] { "audit_events", "sessions", "sign_in_lockouts", "revocations" })
        {
            HoldsOne(
                secrets, await server.Database.QueryAsync<string>($"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")).Should()
                    .BeFalse("{0} keeps no secrets", table);
        }
    }

    [Theory]
    [Trait("ASVS", "16.2.5")]
    [InlineData($$"""{"email":"a@example.com","password":"{{Marker}}\u0000"}""")]
    [InlineData($$"""{"email":"<{{Marker}}>\u0000","password":"short"}""")]
    [InlineData($$"""{"email":"a@example.com","password":["{{Marker}}"]}""")]
    [InlineData($$"""{"email":"a@example.com","surprise":"{{Marker}}"}""")]
    [InlineData($$"""{"email":"{{Marker}}""")]
    public async Task A_refusal_does_not_repeat_what_was_typed(string body)
    {
        foreach (var path in new[] { "auth/login", "auth/register" })
        {
            var response = await server.Api.PostAsync(path, body);

            ((int)response.StatusCode).Should().Be(400);
            (await response.Content.ReadAsStringAsync()).Should().NotContain(Marker);
        }
    }

    private async Task MakeMistakesAsync(string email)
    {
        foreach (var body in new[]
        {
            $$"""{"email":"{{email}}","password":"{{Marker}}-wrong"}""",
            $$"""{"username":"{{Marker}}-unknown","password":"{{Marker}}-wrong"}""",
            $$"""{"email":"{{email}}","password":"{{Marker}}-other-password"}""",
            $$"""{"email":"{{email}}","password":"{{Marker}}-typed","surprise":"{{Marker}}"}""",
            $$"""{"email":"{{email}}","password":["{{Marker}}-typed"]}""",
            $$"""{"password":"{{Marker}}-typed", """,
        })
        {
            await server.Api.PostAsync("auth/login", body);
            await server.Api.PostAsync("auth/register", body);
        }

        await server.Api.PostAsync("auth/login/form", "", adjust: request =>
            request.Content = new FormUrlEncodedContent([new("username", email), new("password", $"{Marker}-form")]));
    }

    private static bool HoldsOne(string[] secrets, string text) =>
        secrets.Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));

    private static string Signature(string token) => token[(token.LastIndexOf('.') + 1)..];

    public sealed class Server : TestServer
    {
        public Server()
        {
            foreach (var category in new[] { "Default", "Microsoft", "Microsoft.Hosting.Lifetime", "Npgsql", "System.Net.Http.HttpClient" })
            {
                Settings[$"Logging:LogLevel:{category}"] = "Trace";
            }
        }
    }
}
