namespace AuthServer.Platform.Web;

/// <summary>
/// Paths that leave something out: <c>/api/…</c> means the newest version, and so do the routes' own paths, such as
/// <c>/auth/login</c>, unless something else has that name.
/// </summary>
internal sealed class ShortPaths(IEndpointRouteBuilder routes)
{
    private const string Newest = "/api/v1";

    private readonly Lazy<HashSet<string>> _roots = new(() => RootsOf(routes));

    public Task Rewrite(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase, out var rest))
        {
            if (!rest.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase))
            {
                context.Request.Path = Newest + rest;
            }
        }
        else if (path.Value?.Split('/', 3) is ["", var first, ..] && _roots.Value.Contains(first))
        {
            context.Request.Path = Newest + path;
        }

        return next(context);
    }

    private static HashSet<string> RootsOf(IEndpointRouteBuilder routes)
    {
        var paths = routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').Split('/')).ToList();
        return paths
            .Where(path => path is ["api", "v1", _, ..])
            .Select(path => path[2])
            .Except(paths.Select(path => path[0]), StringComparer.OrdinalIgnoreCase)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
