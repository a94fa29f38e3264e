using AuthServer.Mail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Revocation;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Sessions.Refresh;

/// <summary>
/// A session is one sign-in on one device: <c>live → ended</c> (signed out, ended in the list of devices, refresh token reused) or
/// <c>live → expired</c> (idle too long, or too old). While it is live, its refresh token is rotated at each use; as soon as it
/// ends, its access tokens are refused on every replica.
/// </summary>
internal static class SessionsEndpoints
{
    // For this long, a late refresh token still gets the answer whether its session was ended or has expired.
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(30);

    public static void AddRefresh(this WebApplicationBuilder builder)
    {
        builder.AddSettings<SessionSettings>();
        builder.Services.AddJson(SessionsJson.Default);
        builder.Services.AddSingleton(new RetentionRule("sessions", "expires_at < @before", KeptAfterEnd));
        builder.Services.AddSingleton(new RetentionRule("sessions", "revoked_at < @before", KeptAfterEnd));
        builder.Services.AddSingleton(new RetentionRule("revocations", "expires_at < @before", TimeSpan.Zero));
        builder.Services.AddSingleton<RefreshTokenFormat>();
        builder.Services.AddSingleton<SessionRevoker>();
        builder.Services.AddSingleton<AccountBatches>();
        builder.Services.AddSingleton<MassRevocation>();
        builder.Services.AddSingleton<RefreshTokenRotation>();
        builder.Services.AddSingleton<TenantSwitch>();
        builder.Services.AddScoped<AccessTokenInvalidation>();
        builder.Services.AddScoped<IMailWriter, NewDeviceMail>();
        builder.Services.AddScoped<IMailWriter, SessionEndedForReuseMail>();
        builder.Services.AddSingleton<RevocationFeed>();
        builder.Services.AddSingleton<INotificationSubscriber>(services => services.GetRequiredService<RevocationFeed>());
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<RevocationFeed>((options, feed) => options.Events.OnTokenValidated = context => RefuseRevokedAsync(context, feed));
    }

    public static void MapRefresh(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/auth").WithTags("Sessions").ValidatesRequests();
        group.MapPost("/refresh", Refresh).WithName("refresh").WithSummary("Exchange a refresh token for a new pair of tokens")
            .WithExample(Examples.RefreshToken).WithAnswer(Examples.Pair)
            .AllowAnonymous().RequireRateLimiting(RateLimits.Refresh)
            .Refuses(
                ErrorCodes.InvalidRefreshToken, ErrorCodes.RefreshTokenReused, ErrorCodes.SessionRevoked, ErrorCodes.SessionExpired,
                ErrorCodes.RateLimited)
            .IsNoWrite();
        group
            .MapPost("/switch-tenant", SwitchTenant)
            .WithName("switchTenant")
            .WithSummary("Switch the session to another of one's own tenants, or to none")
            .WithExample("""{"tenant":"heart-clinic"}""").WithAnswer(Examples.Pair)
            .RequireAuthorization().DisableRateLimiting()
            .Refuses(ErrorCodes.NotFound, ErrorCodes.EmailNotVerified, ErrorCodes.ReauthenticationRequired, ErrorCodes.SessionExpired);
        group.MapPost("/logout", Logout).WithName("logout").WithSummary("End the session of a refresh token or of the access token")
            .WithExample(Examples.RefreshToken)
            .AllowAnonymous()
                .DisableRateLimiting()
                .IsNoWrite()
                .Refuses(
                    ErrorCodes.PersonRequired, ErrorCodes.AuthenticationRequired, ErrorCodes.InvalidToken, ErrorCodes.TokenExpired,
                    ErrorCodes.TokenOutdated, ErrorCodes.SessionRevoked);
        group.MapPost("/logout-all", LogoutAll).WithName("logoutAll")
            .WithSummary("End all sessions of the signed-in person, or all others")
            .WithExample("""{"scope":"others"}""")
            .RequireAuthorization().DisableRateLimiting().IsNoWrite();
        group.MapPost("/verify", Verify).WithName("verify").WithSummary("Check whether an access token is valid at this moment")
            .WithAnswer(Examples.Verified).OpenToEveryKey()
            .RequireAuthorization().DisableRateLimiting().IsNoWrite();
        group
            .MapGet("/sessions", List)
            .WithName("listSessions")
            .WithSummary("List the signed-in person's sessions")
            .WithAnswer(Examples.Sessions)
            .RefusesUnknownQueries()
            .RequireAuthorization().DisableRateLimiting().Refuses(ErrorCodes.ValidationFailed);
        group.MapDelete("/sessions/{id}", End).WithName("endSession").WithSummary("End one of the signed-in person's sessions")
            .RequireAuthorization().DisableRateLimiting().Refuses(ErrorCodes.NotFound);
    }

    private static async Task<Results<Ok<TokenResponse>, Problem>> Refresh(
        RefreshRequest request, RequestOrigin origin, RefreshTokenRotation rotation, CancellationToken cancellationToken) =>
        await rotation.RotateAsync(request.RefreshToken?.Reveal(), origin, cancellationToken) switch
        {
            RotationOutcome.Rotated rotated => TypedResults.Ok(rotated.Tokens),
            var refused => (Problem)refused.Refusal,
        };

    private static async Task<Results<Ok<TokenResponse>, Problem>> SwitchTenant(
        SwitchTenantRequest request, Caller caller, RequestOrigin origin, TenantSwitch tenantSwitch,
        CancellationToken cancellationToken) =>
        await tenantSwitch.SwitchAsync(caller, request.Tenant.Value, origin, cancellationToken) switch
        {
            SwitchOutcome.Switched switched => TypedResults.Ok(switched.Tokens),
            SwitchOutcome.Refused refused => (Problem)refused.Reason,
            _ => throw new InvalidOperationException("There is no other outcome."),
        };

    // RFC 7009 section 2.2: a token that is already invalid is answered like a valid one, because the aim is reached.
    private static async Task<Results<NoContent, ChallengeHttpResult, Problem>> Logout(
        LogoutRequest? request, HttpContext context, RequestOrigin origin, RefreshTokenFormat format, SessionRevoker revoker,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context.User);
        if (request?.RefreshToken is null && caller is null)
        {
            // The challenge says what was wrong with the token, if there was one.
            return TypedResults.Challenge();
        }

        if (caller is { IsKey: true })
        {
            // A key has no session, and success would mislead its user.
            return (Problem)ErrorCodes.PersonRequired;
        }

        // An unreadable refresh token next to a valid access token must still end the session.
        if ((format.Read(request?.RefreshToken?.Reveal())?.SessionId ?? caller?.SessionId) is { } sessionId)
        {
            await revoker.EndAsync(sessionId, origin, cancellationToken);
        }

        return TypedResults.NoContent();
    }

    private static async Task<NoContent> LogoutAll(
        LogoutAllRequest request, Caller caller, RequestOrigin origin, SessionRevoker revoker, CancellationToken cancellationToken)
    {
        await revoker.EndAllAsync(caller.UserId, request.KeepsCurrent ? caller.SessionId : null, origin, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<VerifyResponse> Verify(Caller caller) => TypedResults.Ok(VerifyResponse.Of(caller));

    private static async Task<Ok<Page<SessionView>>> List(
        [AsParameters] PageRequest<Guid> page, Caller caller, AuthDbContext db, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(await db.Sessions.LiveOf(caller.UserId, clock.GetUtcNow()).PageAsync(caller, page, cancellationToken));

    private static async Task<Results<NoContent, Problem>> End(
        string id, Caller caller, RequestOrigin origin, SessionRevoker revoker, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var sessionId) && await revoker.EndOwnAsync(caller.UserId, sessionId, origin, cancellationToken)
            ? TypedResults.NoContent()
            : (Problem)ErrorCodes.NotFound;

    private static async Task RefuseRevokedAsync(TokenValidatedContext context, RevocationFeed feed)
    {
        if (Caller.Of(context.Principal!) is not { } caller)
        {
            context.Fail(new TokenRefusedException(ErrorCodes.InvalidToken));
        }
        else
        {
            try
            {
                if (await feed.RefusalAsync(caller, context.HttpContext.RequestAborted) is { } refusal)
                {
                    context.Fail(new TokenRefusedException(refusal));
                }
            }
            catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
            {
                context.Fail(exception);
            }
        }
    }
}
