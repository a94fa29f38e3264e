using System.Security.Claims;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Clients;

/// <summary>Libraries of others, set up as their own documents say, that take our tokens for RFC 9068's.</summary>
public sealed class StrictClientTests(StrictClients server) : IClassFixture<StrictClients>
{
    [Theory]
    [InlineData("oauth4webapi")]
    [InlineData("jose")]
    [InlineData("express")]
    [InlineData("passport")]
    public Task A_strict_resource_server_takes_every_kind_of_access_token(string library) => server.RunAsync(library);

    [Fact]
    public Task A_stock_client_signs_in_and_refreshes_at_the_token_endpoint_and_understands_its_refusals() => server.RunAsync("openid");

    [Theory]
    [InlineData("person")]
    [InlineData("refreshed")]
    [InlineData("guest")]
    [InlineData("key")]
    public async Task The_stock_middleware_of_asp_net_core_finds_the_keys_by_the_issuer_alone_and_takes_every_kind_of_access_token(
        string kind)
    {
        await using var api = server.StartResourceServer();
        await api.StartAsync();
        using var http = new HttpClient { BaseAddress = new(api.Urls.Single()) };
        var parts = (await server.TokenAsync(kind)).Split(' ');
        var (token, subject) = (parts[0], parts[1]);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        (await http.GetStringAsync("/")).Should().Be($"{subject} {(kind == "key" ? Jwt.Payload(token)["client_id"] : "authserver")}");
        http.DefaultRequestHeaders.Authorization = new("Bearer", token[..^4] + "AAAA");
        (await http.GetAsync("/")).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }
}

/// <summary>A server whose address is not the one that it says it has, as behind a proxy.</summary>
public sealed class StrictClients : TestServer
{
    public StrictClients() => Settings["Registration:AllowAnonymous"] = "true";

    public Task RunAsync(string scenario) => NodeScript.RunAsync(
        "strict-clients.mjs", TokenAsync, "", Api.Http.BaseAddress!.ToString().TrimEnd('/'), scenario);

    public WebApplication StartResourceServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = "http://localhost";
            options.Audience = "authserver";
            options.RequireHttpsMetadata = false;
            options.MapInboundClaims = false;
            options.TokenValidationParameters.ValidTypes = ["at+jwt"];
            options.BackchannelHttpHandler = new ToServer(Api.Http.BaseAddress!);
        });
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/", (ClaimsPrincipal user) => $"{user.FindFirstValue("sub")} {user.FindFirstValue("client_id")}")
            .RequireAuthorization();
        return app;
    }

    /// <summary>A token of that kind and its subject, or what else a client signs in with.</summary>
    public async Task<string> TokenAsync(string request)
    {
        switch (request)
        {
            case "person":
                return Of(await Api.RegisterAsync());
            case "refreshed":
                return Of(await SignedIn.ReadAsync(await Api.RefreshAsync((await Api.RegisterAsync()).RefreshToken)));
            case "guest":
                return Of(await SignedIn.ReadAsync(await Api.PostAsync("auth/anonymous")));
            case "key":
                var token = await Api.ExchangeAsync((await this.MakeKeyAsync()).Text);
                return $"{token} {Jwt.Payload(token)["sub"]}";
            case "account":
                return $"{(await Api.RegisterAsync()).Email} {Uri.EscapeDataString(Api.Password)}";
            default:
                throw new InvalidOperationException($"The script asks for '{request}'.");
        }
    }

    private static string Of(SignedIn session) => $"{session.AccessToken} {session.Claims["sub"]}";

    private sealed class ToServer(Uri address) : DelegatingHandler(new HttpClientHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
