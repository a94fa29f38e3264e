using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace AuthServer.Platform.Authorization;

/// <summary>The authorization policies of routes. A route without one still requires a token.</summary>
internal static class Policies
{
    public const string Patient = "patient";
    public const string Physician = "physician";
    public const string Admin = "admin";
    public const string Support = "support";
    public const string EmailVerified = "email-verified";
    public const string RecentSignIn = "recent-sign-in";

    /// <summary>The API key itself, not an access token issued for it.</summary>
    public const string ApiKey = "api-key";

    public static void AddPolicies(this IServiceCollection services)
    {
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalWriter>();
        services.AddOptions<AuthorizationOptions>().Configure<TimeProvider, RecentSignIn>((options, clock, recent) =>
        {
            options.FallbackPolicy = options.DefaultPolicy;
            options.AddPolicy(Patient, policy => policy.RequireRole(Role.Patient));
            options.AddPolicy(Physician, policy => policy.RequireRole(Role.Physician));
            options.AddPolicy(Admin, policy => policy.RequireRole(Role.Admin));
            options.AddPolicy(Support, policy => policy.RequireRole(Role.Support));
            options.AddPolicy(EmailVerified, policy => policy.Require(ErrorCodes.EmailNotVerified, caller => caller.IsEmailVerified));
            options.AddPolicy(
                RecentSignIn,
                policy => policy.Require(
                    ErrorCodes.InsufficientUserAuthentication, caller => recent.IsMetBy(caller, clock.GetUtcNow())));
            options.AddPolicy(ApiKey, policy => policy.Require(ErrorCodes.Forbidden, caller => caller.Key is { IsPresented: true }));
        });
        services.AddSingleton<IAuthorizationHandler, CallerRequirementHandler>();
        services.AddSingleton<IAuthorizationHandler, ApiKeyAccessHandler>();
        services.AddAuthorization();
    }

    private static void Require(this AuthorizationPolicyBuilder policy, ErrorCode refusal, Func<Caller, bool> isMet) =>
        policy.RequireAuthenticatedUser().AddRequirements(new CallerRequirement(refusal, isMet));

    private sealed record CallerRequirement(ErrorCode Refusal, Func<Caller, bool> IsMet) : IAuthorizationRequirement;

    private sealed class CallerRequirementHandler : AuthorizationHandler<CallerRequirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, CallerRequirement requirement)
        {
            if (Caller.Of(context.User) is { } caller && requirement.IsMet(caller))
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }

    private sealed class RefusalWriter : IAuthorizationMiddlewareResultHandler
    {
        private static readonly AuthorizationMiddlewareResultHandler Framework = new();

        public Task HandleAsync(
            RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            if (!authorizeResult.Forbidden)
            {
                return Framework.HandleAsync(next, context, policy, authorizeResult);
            }

            if (authorizeResult.AuthorizationFailure?.FailureReasons.OfType<ApiKeyRefusal>().FirstOrDefault() is { } refused)
            {
                return RefuseKeyAsync(context, refused);
            }

            // Somebody without the role is not asked to confirm an address or to sign in again, because it would not help.
            var failed = authorizeResult.AuthorizationFailure?.FailedRequirements.ToList() ?? [];
            var refusal = failed.Count > 0 && failed.TrueForAll(requirement => requirement is CallerRequirement)
                ? ((CallerRequirement)failed[0]).Refusal
                : ErrorCodes.Forbidden;
            return refusal == ErrorCodes.InsufficientUserAuthentication
                ? context.RequestServices.GetRequiredService<RecentSignIn>().RefuseAsync(context)
                : new Problem(refusal).ExecuteAsync(context);
        }

        private static Task RefuseKeyAsync(HttpContext context, ApiKeyRefusal refused)
        {
            if (refused.Scope is { } scope)
            {
                // RFC 6750 section 3.1.
                context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
            }

            return new Problem(refused.Refusal).ExecuteAsync(context);
        }
    }
}
