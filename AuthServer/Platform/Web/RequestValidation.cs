using System.Reflection;

namespace AuthServer.Platform.Web;

internal static class RequestValidation
{
    /// <summary>Refuses invalid requests before the handler runs.</summary>
    public static TBuilder ValidatesRequests<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilterFactory((context, next) =>
        {
            var validated = context.MethodInfo.GetParameters()
                .Where(parameter => parameter.ParameterType.IsAssignableTo(typeof(IValidated))).ToList();
            var positions = validated.Select(parameter => parameter.Position).ToArray();
            var typed = validated.SelectMany(TypedQueries).ToArray();
            return positions is [] ? next : async invocation =>
            {
                if (IsUnreadable(invocation.HttpContext, typed))
                {
                    return new Problem(ErrorCodes.BadRequest);
                }

                var errors = new FieldErrors { Services = invocation.HttpContext.RequestServices };
                foreach (var request in positions.Select(invocation.GetArgument<IValidated?>))
                {
                    if (request is IPatch patch)
                    {
                        Patch.Settle(patch, invocation.HttpContext.Request, errors);
                    }

                    request?.Validate(errors);
                }

                return errors.Any ? new Problem(ErrorCodes.ValidationFailed, errors.Messages) : await next(invocation);
            };
        });

    // Where something could not be bound, the framework has set the status and goes on with defaults. It also takes an empty value for
    // the default of a number, an id or a flag; but whoever sent an empty cursor would get the first page again and again.
    private static bool IsUnreadable(HttpContext context, string[] typed) =>
        context.Response.StatusCode == StatusCodes.Status400BadRequest
        || Array.Exists(typed, name => context.Request.Query.TryGetValue(name, out var value) && string.IsNullOrEmpty(value));

    private static IEnumerable<string> TypedQueries(ParameterInfo parameter) =>
        UnknownQueryRejection.NamesOf(
            parameter.ParameterType.GetProperties().Where(property => property.PropertyType != typeof(string)));
}
