using System.Text.Encodings.Web;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AuthServer.Sessions.ApiKeys;

internal sealed class ApiKeyRefusedException(ErrorCode refusal, TimeSpan? retryAfter) : Exception(refusal.Meaning)
{
    public ErrorCode Refusal => refusal;

    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>The authentication scheme for requests with an API key; access tokens have another.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyCheck check)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        try
        {
            return await check.CheckAsync(ApiKeyHeaders.Single(Request), RequestOrigin.Of(Context), Context.RequestAborted) switch
            {
                ApiKeyOutcome.Good good => AuthenticateResult.Success(new(new(new CallerIdentity(good.Caller, Scheme.Name)), Scheme.Name)),
                ApiKeyOutcome.Refused refused => AuthenticateResult.Fail(new ApiKeyRefusedException(refused.Reason, refused.RetryAfter)),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            return AuthenticateResult.Fail(exception);
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure;
        if (failure is not ApiKeyRefusedException refused)
        {
            await new Problem(
                failure is null
                    ? ErrorCodes.InvalidApiKey
                    : ErrorCodes.DatabaseUnavailable, retryAfter: TimeSpan.FromSeconds(2)).ExecuteAsync(Context);
            return;
        }

        if (refused.Refusal.Status == StatusCodes.Status401Unauthorized)
        {
            Response.Headers.WWWAuthenticate = $"{ApiKeyHeaders.Scheme} error=\"{refused.Refusal.Code}\"";
        }

        await new Problem(refused.Refusal, retryAfter: refused.RetryAfter).ExecuteAsync(Context);
    }
}
