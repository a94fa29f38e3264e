namespace AuthServer.Platform.Web;

/// <summary>What an app can do about each error, in the words of <c>docs/errors.md</c>; a test compares the two.</summary>
internal static class Remedies
{
    private static readonly Dictionary<ErrorCode, string> All = new()
    {
        [ErrorCodes.ValidationFailed] = "Show the messages in `errors` beside their fields.",
        [ErrorCodes.MalformedJson] = "Fix the app: it is not the user's fault.",
        [ErrorCodes.UnknownField] = "Fix the app; `errors` names the member.",
        [ErrorCodes.BadRequest] = "Fix the app.",
        [ErrorCodes.UnsupportedGrantType] = "Fix the app.",
        [ErrorCodes.InvalidOrExpiredToken] = "Offer to send a new link.",
        [ErrorCodes.ApiKeyInUrl] = "Send it as `X-API-Key`, and replace the key.",
        [ErrorCodes.AuthenticationRequired] = "Send `Authorization: Bearer …`; sign in if there is no session.",
        [ErrorCodes.InvalidToken] = "Refresh once; if that fails, sign in again.",
        [ErrorCodes.TokenExpired] = "Refresh, and repeat the request.",
        [ErrorCodes.TokenOutdated] = "Refresh, or exchange the key again, and repeat the request.",
        [ErrorCodes.InvalidCredentials] =
            "Say just that, let the person try again, and offer a password reset and another confirmation mail.",
        [ErrorCodes.InvalidRefreshToken] = "Discard both tokens and sign in again.",
        [ErrorCodes.RefreshTokenReused] = "Discard both tokens and sign in again. Run only one refresh at a time.",
        [ErrorCodes.SessionRevoked] = "Discard both tokens and sign in again.",
        [ErrorCodes.SessionExpired] = "Discard both tokens and sign in again.",
        [ErrorCodes.InvalidApiKey] = "Ask the key's owner.",
        [ErrorCodes.ApiKeyExpired] = "Create a new one.",
        [ErrorCodes.InsufficientUserAuthentication] = "Ask for the password, and repeat the request with the new token.",
        [ErrorCodes.ApiKeyRevoked] = "Create a new one.",
        [ErrorCodes.Forbidden] = "Do not offer it; signing in again does not help.",
        [ErrorCodes.PersonRequired] = "Use the routes of a scope; sign a person in for the others.",
        [ErrorCodes.InsufficientScope] = "Ask an administrator for a key with the scope.",
        [ErrorCodes.BeyondTenant] = "Change its roles at the tenant, or ask a platform administrator.",
        [ErrorCodes.OwnRequest] = "Ask a second member of support, or an administrator.",
        [ErrorCodes.RoleNotAllowed] = "Register as `patient` or `physician`; administrators assign the other roles.",
        [ErrorCodes.TenantNotOpen] = "Ask the person for an invitation, or leave `tenant` out.",
        [ErrorCodes.AccountDisabled] = "Refer to support.",
        [ErrorCodes.AnonymousNotAllowed] = "Let the person register.",
        [ErrorCodes.PasswordResetRequired] = "Say so, and offer to send the link again.",
        [ErrorCodes.EmailNotVerified] = "Offer to send the mail again.",
        [ErrorCodes.ReauthenticationRequired] = "Ask for the password, sign in, then switch.",
        [ErrorCodes.NotFound] = "Treat it as gone.",
        [ErrorCodes.MethodNotAllowed] = "Fix the app; `Allow` lists the supported methods.",
        [ErrorCodes.EmailTaken] = "Offer to sign in, or to reset the password.",
        [ErrorCodes.UsernameTaken] = "Ask for another name.",
        [ErrorCodes.SlugTaken] = "Choose another.",
        [ErrorCodes.LastAdmin] = "Appoint another administrator first.",
        [ErrorCodes.OwnAccount] = "Ask another administrator.",
        [ErrorCodes.AlreadyDone] = "Read its state again.",
        [ErrorCodes.TooManyKeys] = "Revoke the older one.",
        [ErrorCodes.LicenceTaken] = "Look the number up again; reject this one, or suspend and reject the other.",
        [ErrorCodes.LicenceState] = "Read the licences again; name one.",
        [ErrorCodes.BodyTooLarge] = "Fix the app.",
        [ErrorCodes.UnsupportedMediaType] = "Send `Content-Type: application/json`, in UTF-8 and uncompressed.",
        [ErrorCodes.LockedOut] = "Wait for `Retry-After` seconds; a password reset works meanwhile.",
        [ErrorCodes.RateLimited] = "Wait for `Retry-After` seconds.",
        [ErrorCodes.InternalError] = "Try again later; report the `trace_id` if it persists.",
        [ErrorCodes.Busy] = "Wait for `Retry-After` seconds, and try again.",
        [ErrorCodes.DatabaseUnavailable] = "Wait for `Retry-After` seconds, and try again; keep the tokens.",
    };

    public static string Of(ErrorCode error) => All.GetValueOrDefault(error, error.Meaning);
}
