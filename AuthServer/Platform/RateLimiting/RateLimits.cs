using System.Threading.RateLimiting;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.RateLimiting;

namespace AuthServer.Platform.RateLimiting;

/// <summary>How often one network may fail to sign in, or register, before it has to wait.</summary>
public sealed class RateLimitSettings : ISettings
{
    static string ISettings.Section => "RateLimits";

    /// <summary>Failed sign-ins a minute from one IPv4 address or IPv6 /64.</summary>
    public int FailedSignInsPerMinute { get; set; } = 30;

    /// <summary>Registrations an hour from one IPv4 address or IPv6 /64.</summary>
    public int RegistrationsPerHour { get; set; } = 60;

    /// <summary>Refused refresh tokens a minute from one IPv4 address or IPv6 /64.</summary>
    public int RefusedRefreshesPerMinute { get; set; } = 600;

    /// <summary>Refused tokens of mailed links a minute from one IPv4 address or IPv6 /64.</summary>
    public int RefusedLinksPerMinute { get; set; } = 30;

    /// <summary>Mails asked for an hour from one IPv4 address or IPv6 /64, whoever they are for.</summary>
    public int MailRequestsPerHour { get; set; } = 60;

    /// <summary>Accounts an hour that staff make for others from one IPv4 address or IPv6 /64.</summary>
    public int InvitationsPerHour { get; set; } = 200;

    /// <summary>API keys a minute from one IPv4 address or IPv6 /64 that look like ours and are not.</summary>
    public int RefusedApiKeysPerMinute { get; set; } = 30;

    IEnumerable<string> ISettings.Validate()
    {
        if (FailedSignInsPerMinute < 1
            || RegistrationsPerHour < 1
            || RefusedRefreshesPerMinute < 1
            || RefusedLinksPerMinute < 1
            || MailRequestsPerHour < 1
            || InvitationsPerHour < 1
            || RefusedApiKeysPerMinute < 1)
        {
            yield return "RateLimits: every limit must be at least 1. To do without one, give a number that is never reached.";
        }
    }
}

/// <summary>
/// The rate-limit policies, all of them by network. Each route names one or says <c>DisableRateLimiting</c>: routes
/// that only read with a good token are not limited, because a resource server may well ask a thousand times a second.
/// The counters are each replica's own; the lockout, which protects accounts, is shared through the database.
/// </summary>
internal static class RateLimits
{
    public const string SignIn = "sign-in";
    public const string Registration = "registration";
    public const string Refresh = "refresh";
    public const string MailedLinks = "mailed-links";
    public const string MailRequests = "mail-requests";
    public const string Invitations = "invitations";

    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.AddSettings<RateLimitSettings>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddRateLimiter(options => options.OnRejected = static async (context, _) =>
        {
            context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
            await new Problem(ErrorCodes.RateLimited, retryAfter: wait).ExecuteAsync(context.HttpContext);
        });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<RateLimitSettings, TimeProvider, IHttpContextAccessor>(
            (options, limits, clock, current) =>
        {
            // 403 is an answer to a right password: the account is disabled, or unverified.
            // 429 is a name that is locked: refused without a hash, and still a row in the audit log.
            Add(
                SignIn, limits.FailedSignInsPerMinute, TimeSpan.FromMinutes(1),
                static status => status is StatusCodes.Status401Unauthorized or StatusCodes.Status429TooManyRequests);
            // 409 counts, because it discloses who has an account. A request that threw has no status yet, and is not a registration.
            Add(Registration, limits.RegistrationsPerHour, TimeSpan.FromHours(1),
                static status =>
                    status is StatusCodes.Status201Created or StatusCodes.Status202Accepted or StatusCodes.Status403Forbidden
                        or StatusCodes.Status409Conflict);
            Add(
                Refresh, limits.RefusedRefreshesPerMinute, TimeSpan.FromMinutes(1),
                static status => status is StatusCodes.Status401Unauthorized);
            // A page that only shows a link's form answers 410 when the link is too old: mail scanners look, too.
            Add(
                MailedLinks, limits.RefusedLinksPerMinute, TimeSpan.FromMinutes(1),
                static status => status is StatusCodes.Status400BadRequest);
            Add(MailRequests, limits.MailRequestsPerHour, TimeSpan.FromHours(1), static status => status is StatusCodes.Status202Accepted);
            Add(Invitations, limits.InvitationsPerHour, TimeSpan.FromHours(1), static status => status is StatusCodes.Status201Created);

            void Add(string name, int limit, TimeSpan window, Func<int, bool> counts) =>
                options.AddPolicy(name, context => RateLimitPartition.Get(
                    RequestOrigin.NetworkOf(context.Connection.RemoteIpAddress),
                    _ =>
                        new OutcomeLimiter(
                            limit, window, clock, () => current.HttpContext is { } http && counts(http.Response.StatusCode))));
        });
    }
}
