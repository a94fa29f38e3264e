using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace AuthServer.Platform.Web;

/// <summary>An error of the token endpoint (RFC 6749 section 5.2), with our own code beside the standard's.</summary>
/// <param name="Error">What OAuth libraries go by.</param>
/// <param name="ErrorDescription">What went wrong, for developers.</param>
/// <param name="Code">The stable code of the other routes, which says more.</param>
/// <param name="TraceId">Identifies the request in the log; equals the <c>X-Request-ID</c> header.</param>
/// <param name="Errors">With <c>validation_failed</c>: messages by field.</param>
public sealed record OAuthErrorBody(
    [property: OneOf("invalid_request", "invalid_grant", "unsupported_grant_type", "temporarily_unavailable", "server_error")]
    string Error,
    string ErrorDescription,
    [property: OneOf(typeof(ErrorCodes))] string Code,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);

/// <summary>Says of a route that OAuth libraries call it: its errors then have the standard's form and statuses.</summary>
internal sealed partial class OAuthErrors
{
    /// <summary>401 is for clients that fail to authenticate, and libraries take it so; ours have no secret.</summary>
    public static int StatusOf(ErrorCode error) => IsGrantRefused(error) ? StatusCodes.Status400BadRequest : error.Status;

    public static OAuthErrorBody BodyOf(ErrorCode error, string traceId, IReadOnlyDictionary<string, string[]>? errors) =>
        new(NameOf(error), Describe(error, errors), error.Code, traceId, errors);

    private static bool IsGrantRefused(ErrorCode error) =>
        error.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;

    // The last two are the standard's for another endpoint: this one has none for a server that cannot answer.
    private static string NameOf(ErrorCode error) =>
        error == ErrorCodes.UnsupportedGrantType ? error.Code
        : IsGrantRefused(error) ? "invalid_grant"
        : error.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable ? "temporarily_unavailable"
        : error.Status >= StatusCodes.Status500InternalServerError ? "server_error"
        : "invalid_request";

    private static string Describe(ErrorCode error, IReadOnlyDictionary<string, string[]>? errors) =>
        NotAllowed().Replace(errors is null ? error.Meaning : string.Join(' ', errors.Select(Describe)), "'");

    private static string Describe(KeyValuePair<string, string[]> field) => $"{field.Key}: {string.Join(' ', field.Value)}";

    [GeneratedRegex(@"[^\x20-\x21\x23-\x5B\x5D-\x7E]", RegexOptions.None, 1000)]
    private static partial Regex NotAllowed();
}
