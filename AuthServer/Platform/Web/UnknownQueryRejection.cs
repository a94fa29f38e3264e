using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Platform.Web;

internal static class UnknownQueryRejection
{
    /// <summary>
    /// Refuses query parameters that the handler does not have: a mistyped filter must not return everything. Supports the
    /// properties of <c>[AsParameters]</c>, and parameters with defaults.
    /// </summary>
    public static RouteHandlerBuilder RefusesUnknownQueries(this RouteHandlerBuilder route) =>
        route.AddEndpointFilterFactory((context, next) =>
        {
            var known = context.MethodInfo.GetParameters().SelectMany(NamesOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return async invocation => Unknown(invocation.HttpContext.Request.Query, known) is { Any: true } errors
                ? new Problem(ErrorCodes.ValidationFailed, errors.Messages)
                : await next(invocation);
        });

    private static FieldErrors Unknown(IQueryCollection query, HashSet<string> known)
    {
        var errors = new FieldErrors();
        foreach (var name in query.Keys.Where(name => !known.Contains(name)))
        {
            errors.Add(name, "There is no such parameter.");
        }

        return errors;
    }

    private static IEnumerable<string> NamesOf(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(AsParametersAttribute), inherit: false)
            ? NamesOf(parameter.ParameterType.GetProperties())
        : parameter.HasDefaultValue ? [parameter.Name!]
        : [];

    /// <summary>The names that requests use for these properties.</summary>
    internal static IEnumerable<string> NamesOf(IEnumerable<PropertyInfo> properties) =>
        properties.Select(property => property.GetCustomAttribute<FromQueryAttribute>()?.Name).OfType<string>();
}
