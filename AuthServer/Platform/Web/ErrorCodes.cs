using System.Reflection;

namespace AuthServer.Platform.Web;

/// <summary>An error that apps can distinguish. The code is part of the contract and never renamed.</summary>
internal sealed record ErrorCode(string Code, int Status, string Meaning);

/// <summary>All errors; <c>docs/errors.md</c> has a row for each, and a test compares the two.</summary>
internal static class ErrorCodes
{
    public static readonly ErrorCode ValidationFailed =
        new("validation_failed", 400, "One or more fields are invalid; `errors` names them.");
    public static readonly ErrorCode MalformedJson = new("malformed_json", 400, "The body is not the JSON object that this route expects.");
    public static readonly ErrorCode UnknownField =
        new("unknown_field", 400, "The body has a member that this route does not know, or a duplicate one.");
    public static readonly ErrorCode BadRequest = new("bad_request", 400, "The request cannot be understood.");

    public static readonly ErrorCode UnsupportedGrantType =
        new("unsupported_grant_type", 400, "The token endpoint takes the grant types `password` and `refresh_token`.");

    public static readonly ErrorCode InvalidOrExpiredToken =
        new("invalid_or_expired_token", 400, "The link or its token is invalid, expired or already used: request a new one.");

    public static readonly ErrorCode ApiKeyInUrl =
        new(
            "api_key_in_url", 400,
            "The URL contains an API key, where proxies and logs record it: send it as `X-API-Key`, and replace this key.");

    public static readonly ErrorCode AuthenticationRequired = new("authentication_required", 401, "This route requires an access token.");
    public static readonly ErrorCode InvalidToken =
        new("invalid_token", 401, "The access token is not one of ours, was altered, or is not for this server.");
    public static readonly ErrorCode TokenExpired = new("token_expired", 401, "The access token has expired: refresh.");
    public static readonly ErrorCode TokenOutdated =
        new("token_outdated", 401, "The account has changed since the access token was issued: refresh.");
    public static readonly ErrorCode InvalidCredentials =
        new("invalid_credentials", 401, "The name or the password is wrong.");
    public static readonly ErrorCode InvalidRefreshToken =
        new("invalid_refresh_token", 401, "The refresh token is not one of ours, or was altered: sign in again.");
    public static readonly ErrorCode RefreshTokenReused =
        new("refresh_token_reused", 401, "The refresh token was already used, so its session was ended: sign in again.");
    public static readonly ErrorCode SessionRevoked = new("session_revoked", 401, "The session was ended: sign in again.");
    public static readonly ErrorCode SessionExpired =
        new("session_expired", 401, "The session was idle too long or has reached its maximum age: sign in again.");

    public static readonly ErrorCode InsufficientUserAuthentication =
        new("insufficient_user_authentication", 401, "This requires a recent sign-in: sign in again.");

    public static readonly ErrorCode InvalidApiKey =
        new(
            "invalid_api_key", 401,
            "The API key is not one of ours, is incomplete, was sent with another credential, or its owner has lost the rights for it.");
    public static readonly ErrorCode ApiKeyExpired = new("api_key_expired", 401, "The API key has expired: create a new one.");
    public static readonly ErrorCode ApiKeyRevoked = new("api_key_revoked", 401, "The API key was revoked.");

    public static readonly ErrorCode Forbidden = new("forbidden", 403, "The signed-in person may not do this.");
    public static readonly ErrorCode PersonRequired =
        new(
            "person_required", 403,
            "This requires a signed-in person: an API key cannot use this route, or cannot use it on staff or on its owner.");
    public static readonly ErrorCode InsufficientScope =
        new("insufficient_scope", 403, "The API key, or its access token, lacks the scope that this route requires.");
    public static readonly ErrorCode BeyondTenant =
        new(
            "beyond_tenant", 403,
            "The account does not belong to this tenant alone: its roles here can be changed, "
                + "the account itself only by a platform administrator.");
    public static readonly ErrorCode OwnRequest = new("own_request", 403, "Somebody else has to decide on this request.");
    public static readonly ErrorCode RoleNotAllowed = new("role_not_allowed", 403, "Nobody can register with this role.");
    public static readonly ErrorCode TenantNotOpen =
        new("tenant_not_open", 403, "There is no such tenant, or it does not allow self-registration.");
    public static readonly ErrorCode AccountDisabled = new("account_disabled", 403, "The account is disabled.");
    public static readonly ErrorCode AnonymousNotAllowed =
        new("anonymous_not_allowed", 403, "This server does not allow guest accounts, or the guest has to register first.");
    public static readonly ErrorCode PasswordResetRequired =
        new("password_reset_required", 403, "The password can no longer be used to sign in: set a new one with the mailed link.");
    public static readonly ErrorCode EmailNotVerified = new("email_not_verified", 403, "The e-mail address has to be confirmed first.");
    public static readonly ErrorCode ReauthenticationRequired =
        new("reauthentication_required", 403, "The session is older than this tenant allows: sign in again, then switch.");

    public static readonly ErrorCode NotFound = new("not_found", 404, "Not found.");
    public static readonly ErrorCode MethodNotAllowed = new("method_not_allowed", 405, "This route does not support this method.");
    public static readonly ErrorCode EmailTaken = new("email_taken", 409, "There is an account with this e-mail address.");
    public static readonly ErrorCode UsernameTaken = new("username_taken", 409, "There is an account with this user name.");
    public static readonly ErrorCode SlugTaken = new("slug_taken", 409, "There is a tenant with this slug.");
    public static readonly ErrorCode LastAdmin =
        new("last_admin", 409, "This is the last platform administrator who can sign in: appoint another one first.");
    public static readonly ErrorCode OwnAccount =
        new("own_account", 409, "Nobody can do this to their own account: ask another administrator.");
    public static readonly ErrorCode AlreadyDone =
        new("already_done", 409, "It was already decided, accepted or done, or it has expired: read its state again.");
    public static readonly ErrorCode TooManyKeys =
        new("too_many_keys", 409, "There are already two live API keys with this name: revoke one of them first.");
    public static readonly ErrorCode LicenceState =
        new("licence_state", 409, "The licence's state does not allow this, or it is not clear which licence is meant.");
    public static readonly ErrorCode LicenceTaken =
        new("licence_taken", 409, "Another account holds a verified or suspended licence of this jurisdiction with this number.");
    public static readonly ErrorCode BodyTooLarge = new("body_too_large", 413, "The body is larger than 64 KiB.");
    public static readonly ErrorCode UnsupportedMediaType =
        new("unsupported_media_type", 415, "The body has a type that this route does not accept.");
    public static readonly ErrorCode LockedOut =
        new("locked_out", 429, "Too many failed sign-ins under this name: wait for `Retry-After` seconds.");
    public static readonly ErrorCode RateLimited =
        new(
            "rate_limited", 429,
            "Too many requests from this address, by this account or with this API key, too many names that are taken, or such a mail was "
                + "sent to this person recently: wait for `Retry-After` seconds.");

    public static readonly ErrorCode InternalError =
        new("internal_error", 500, "An error in the server; `trace_id` identifies it in the log.");
    public static readonly ErrorCode Busy = new("busy", 503, "Too many such requests at the moment: wait for `Retry-After` seconds.");
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
