using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.ApiKeys;
using AuthServer.Sessions.SigningKeys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>An access token that is genuine but refused.</summary>
internal sealed class TokenRefusedException(ErrorCode refusal) : SecurityTokenException(refusal.Meaning)
{
    public ErrorCode Refusal => refusal;
}

/// <summary>The stock JwtBearer handler with our validator behind it and our problem details in front (RFC 6750).</summary>
internal static class Bearer
{
    public static void AddBearer(this IServiceCollection services)
    {
        services.AddSingleton<RememberingValidator>();
        // The framework logs two lines for each refusal, whatever strangers send.
        services.AddLogging(logging => logging.AddFilter(typeof(ApiKeyHandler).FullName, LogLevel.Warning));
        services
            .AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer()
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHeaders.Scheme, null);
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<RememberingValidator, KeyRing>(SetUp);
    }

    private static void SetUp(JwtBearerOptions options, RememberingValidator validator, KeyRing ring)
    {
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(validator);
        options.TokenValidationParameters = new NotCloned();
        options.SaveToken = false;
        options.ForwardDefaultSelector = static context => ApiKeyHeaders.AreSent(context.Request) ? ApiKeyHeaders.Scheme : null;
        options.Events = new() { OnMessageReceived = context => PrepareAsync(context, ring), OnChallenge = ChallengeAsync };
    }

    private static async Task PrepareAsync(MessageReceivedContext context, KeyRing ring)
    {
        if (context.Request.Headers.Authorization.Count > 1)
        {
            context.Fail(new TokenRefusedException(ErrorCodes.InvalidToken));
            return;
        }

        try
        {
            if (context.Request.Headers.Authorization.Count > 0)
            {
                await ring.EnsureCurrentAsync(context.HttpContext.RequestAborted);
            }
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            context.Fail(exception);
        }
    }

    private static async Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var refusal = RefusalFor(context.AuthenticateFailure);
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            // RFC 6750 section 3.1: no error code if the request carried no token at all.
            context.Response.Headers.WWWAuthenticate = context.AuthenticateFailure is null ? "Bearer" : "Bearer error=\"invalid_token\"";
            await new Problem(refusal).ExecuteAsync(context.HttpContext);
        }
        else
        {
            await new Problem(refusal, retryAfter: TimeSpan.FromSeconds(2)).ExecuteAsync(context.HttpContext);
        }
    }

    private static ErrorCode RefusalFor(Exception? failure) => failure switch
    {
        null => ErrorCodes.AuthenticationRequired,
        TokenRefusedException refused => refused.Refusal,
        SecurityTokenExpiredException => ErrorCodes.TokenExpired,
        _ when DatabaseFaults.IsUnavailable(failure) => ErrorCodes.DatabaseUnavailable,
        _ => ErrorCodes.InvalidToken,
    };

    // The handler clones its parameters for each request, but our validator has its own and never uses them.
    private sealed class NotCloned : TokenValidationParameters
    {
        public override TokenValidationParameters Clone() => this;
    }
}
