using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A route as a client would call it.</summary>
public sealed record Route(HttpMethod Method, string Path);

/// <summary>The routes of a running server, so that tests can cover all of them.</summary>
internal static class Routes
{
    public static IEnumerable<RouteEndpoint> Of(TestServer server) =>
        server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Distinct();

    public static IReadOnlyList<Route> WithJsonBody(TestServer server)
    {
        var routes = Of(server)
            .Where(endpoint =>
                endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains(
                    "application/json", StringComparer.Ordinal) == true)
            .SelectMany(endpoint => MethodsOf(endpoint).Select(method => new Route(new(method), PathOf(endpoint))))
            .ToList();
        routes.Should().NotBeEmpty();
        return routes;
    }

    /// <summary>Routes that do something and take no body.</summary>
    public static IReadOnlyList<Route> WithoutBody(TestServer server) =>
    [
        .. Of(server)
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null
                && endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(endpoint => MethodsOf(endpoint).Where(method => method != "GET").Select(method =>
                new Route(new(method), PathOf(endpoint)))),
    ];

    public static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];

    /// <summary>With ids inserted for the parameters.</summary>
    private static string PathOf(RouteEndpoint endpoint) =>
        "/"
            + string.Join(
                '/',
                endpoint.RoutePattern.PathSegments.Select(
                    segment => segment.IsSimple && segment.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal
            ? literal.Content
            : Guid.Empty.ToString()));
}
