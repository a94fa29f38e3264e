using System.Reflection;

namespace AuthServer.Platform.Web;

/// <summary>An error that apps can distinguish. The code is part of the contract and never renamed.</summary>
internal sealed record ErrorCode(string Code, int Status, string Meaning);

/// <summary>All errors; <c>docs/errors.md</c> has a row for each, and a test compares the two.</summary>
internal static class ErrorCodes
{
    public static readonly ErrorCode ValidationFailed =
        new("validation_failed", 400, "One or more fields are not acceptable; `errors` names them.");
    public static readonly ErrorCode MalformedJson = new("malformed_json", 400, "The body is not the JSON object this route takes.");
    public static readonly ErrorCode UnknownField =
        new("unknown_field", 400, "The body has a member this route does not know, or one member twice.");
    public static readonly ErrorCode BadRequest = new("bad_request", 400, "The request cannot be understood.");

    public static readonly ErrorCode InvalidOrExpiredToken =
        new("invalid_or_expired_token", 400, "The link or its token is not good, was used, or is too old: ask for a new one.");

    public static readonly ErrorCode ApiKeyInUrl =
        new(
            "api_key_in_url", 400,
            "An API key stands in the URL, where proxies and logs keep it: send it as `X-API-Key`, and replace this one.");

    public static readonly ErrorCode AuthenticationRequired = new("authentication_required", 401, "This route needs an access token.");
    public static readonly ErrorCode InvalidToken =
        new("invalid_token", 401, "The access token is not one of ours, was altered, or is not for this server.");
    public static readonly ErrorCode TokenExpired = new("token_expired", 401, "The access token has expired: refresh.");
    public static readonly ErrorCode TokenOutdated =
        new("token_outdated", 401, "What the access token says about the person has changed: refresh.");
    public static readonly ErrorCode InvalidCredentials =
        new("invalid_credentials", 401, "The name and the password do not belong together.");
    public static readonly ErrorCode InvalidRefreshToken =
        new("invalid_refresh_token", 401, "The refresh token is not one of ours, or was altered: sign in again.");
    public static readonly ErrorCode RefreshTokenReused =
        new("refresh_token_reused", 401, "The refresh token was used before; its session has been ended: sign in again.");
    public static readonly ErrorCode SessionRevoked = new("session_revoked", 401, "The session was ended: sign in again.");
    public static readonly ErrorCode SessionExpired =
        new("session_expired", 401, "The session was idle too long or has reached its age limit: sign in again.");

    public static readonly ErrorCode InvalidApiKey =
        new(
            "invalid_api_key", 401,
            "The API key is not one of ours, is incomplete, comes with another credential, or its owner has lost the rights for it.");
    public static readonly ErrorCode ApiKeyExpired = new("api_key_expired", 401, "The API key has expired: make a new one.");
    public static readonly ErrorCode ApiKeyRevoked = new("api_key_revoked", 401, "The API key was revoked.");

    public static readonly ErrorCode Forbidden = new("forbidden", 403, "The signed-in person may not do this.");
    public static readonly ErrorCode PersonRequired =
        new(
            "person_required", 403,
            "This is for a person who has signed in; API keys cannot use this route, or not on staff or their owner.");
    public static readonly ErrorCode InsufficientScope =
        new("insufficient_scope", 403, "The API key, or its access token, lacks the scope that this route asks for.");
    public static readonly ErrorCode BeyondTenant =
        new(
            "beyond_tenant", 403,
            "The account is not this tenant's alone: its roles here can be changed, "
                + "the account itself by an administrator of the platform.");
    public static readonly ErrorCode OwnRequest = new("own_request", 403, "A second person has to decide on this request.");
    public static readonly ErrorCode RoleNotAllowed = new("role_not_allowed", 403, "Nobody can register with this role.");
    public static readonly ErrorCode TenantNotOpen =
        new("tenant_not_open", 403, "There is no such tenant, or people cannot join it by themselves.");
    public static readonly ErrorCode AccountDisabled = new("account_disabled", 403, "The account has been switched off.");
    public static readonly ErrorCode AnonymousNotAllowed =
        new("anonymous_not_allowed", 403, "This server has no anonymous accounts, or the guest has to register first.");
    public static readonly ErrorCode PasswordResetRequired =
        new("password_reset_required", 403, "The password is no longer good for signing in: set a new one with the link that was mailed.");
    public static readonly ErrorCode EmailNotVerified = new("email_not_verified", 403, "The e-mail address has to be confirmed first.");
    public static readonly ErrorCode ReauthenticationRequired =
        new("reauthentication_required", 403, "This needs a sign-in from within the last 15 minutes: sign in again.");

    public static readonly ErrorCode NotFound = new("not_found", 404, "There is nothing here.");
    public static readonly ErrorCode MethodNotAllowed = new("method_not_allowed", 405, "This route does not take this method.");
    public static readonly ErrorCode EmailTaken = new("email_taken", 409, "There is an account with this e-mail address.");
    public static readonly ErrorCode UsernameTaken = new("username_taken", 409, "There is an account with this user name.");
    public static readonly ErrorCode SlugTaken = new("slug_taken", 409, "There is a tenant with this slug.");
    public static readonly ErrorCode LastAdmin =
        new("last_admin", 409, "This is the last administrator of the platform who can sign in: make another one first.");
    public static readonly ErrorCode OwnAccount =
        new("own_account", 409, "Nobody can disable, delete or demote themself: ask another administrator.");
    public static readonly ErrorCode AlreadyDone =
        new("already_done", 409, "It was decided, accepted or done before, or it is too late: look at its state.");
    public static readonly ErrorCode TooManyKeys =
        new("too_many_keys", 409, "Two live API keys have this name already: revoke one of them first.");
    public static readonly ErrorCode LicenceState =
        new("licence_state", 409, "The licence is not in a state that allows this, or it is not clear which licence is meant.");
    public static readonly ErrorCode BodyTooLarge = new("body_too_large", 413, "The body is larger than 64 KiB.");
    public static readonly ErrorCode UnsupportedMediaType =
        new("unsupported_media_type", 415, "The body is not of a type this route takes.");
    public static readonly ErrorCode LockedOut =
        new("locked_out", 429, "Too many failed sign-ins under this name: wait for `Retry-After` seconds.");
    public static readonly ErrorCode RateLimited =
        new(
            "rate_limited", 429,
            "Too many requests from this address, or this person was sent such a mail a moment ago: wait for `Retry-After` seconds.");

    public static readonly ErrorCode InternalError =
        new("internal_error", 500, "Something went wrong here; `trace_id` finds it in the log.");
    public static readonly ErrorCode Busy = new("busy", 503, "Too many of these requests at the moment: wait for `Retry-After` seconds.");
    public static readonly ErrorCode DatabaseUnavailable =
        new("database_unavailable", 503, "The database does not answer: wait for `Retry-After` seconds.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        .. typeof(ErrorCodes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null))
            .OfType<ErrorCode>(),
    ];

    /// <summary>The code for a bare status set by the framework.</summary>
    public static ErrorCode ForStatus(int status) => status switch
    {
        401 => AuthenticationRequired,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        413 => BodyTooLarge,
        415 => UnsupportedMediaType,
        429 => RateLimited,
        >= 500 => InternalError,
        _ => BadRequest,
    };
}
