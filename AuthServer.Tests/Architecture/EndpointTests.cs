using System.Text.Json.Nodes;
using AuthServer.Accounts.SignIn;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

namespace AuthServer.Tests.Architecture;

/// <summary>What every route has to declare.</summary>
public sealed class EndpointTests(TestServer server) : IClassFixture<TestServer>
{
    // A form, which is checked by hand, and a body that may be left out.
    private static readonly Type[] NotValidated = [typeof(TokenForm), typeof(LogoutRequest)];

    // For people: the API reference, and the pages that links in mails lead to.
    private static readonly string[] Documents = ["/docs", "/redoc", "/openapi", "/account/", "/.well-known/change-password"];

    [Fact]
    [Trait("ASVS", "8.1.1")]
    public void Each_route_says_exactly_once_whether_it_needs_a_token() => EachShould(endpoint =>
    {
        var asks = endpoint.Metadata.OfType<IAuthorizeData>().Any();
        var isOpen = endpoint.Metadata.OfType<IAllowAnonymous>().Any();
        return asks != isOpen;
    });

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public void Each_route_says_exactly_once_whether_it_is_limited() => EachShould(endpoint =>
    {
        var isLimited = endpoint.Metadata.OfType<EnableRateLimitingAttribute>().Any();
        var isFree = endpoint.Metadata.OfType<DisableRateLimitingAttribute>().Any();
        return isLimited != isFree;
    });

    [Fact]
    public async Task Each_route_but_the_documents_own_has_a_name_and_an_entry_in_the_description()
    {
        var described = JsonNode.Parse(await server.Api.Http.GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!["operationId"]!.GetValue<string>())).ToList();

        EachShould(
            endpoint => IsDocument(endpoint)
                || (endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is { } name
                    && described.Contains(name.EndpointName, StringComparer.Ordinal)));
    }

    [Fact]
    public void Each_request_can_say_what_is_wrong_with_it() => EachShould(endpoint =>
        endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } request
            || request.IsAssignableTo(typeof(IValidated))
            || NotValidated.Contains(request));

    [Fact]
    public void Each_route_that_changes_something_is_not_a_GET() => EachShould(endpoint =>
        !Routes.MethodsOf(endpoint).Contains("GET", StringComparer.Ordinal) || endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null);

    private static bool IsDocument(RouteEndpoint endpoint) =>
        endpoint.RoutePattern.RawText is { } path
            && (path == "/" || Documents.Any(document => path.StartsWith(document, StringComparison.Ordinal)));

    private void EachShould(Func<RouteEndpoint, bool> rule)
    {
        var endpoints = Routes.Of(server).ToList();
        endpoints.Should().HaveCountGreaterThan(20);
        endpoints.Where(endpoint => !rule(endpoint)).Select(endpoint => endpoint.DisplayName).Should().BeEmpty();
    }
}
