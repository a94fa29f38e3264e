using System.Threading.RateLimiting;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.RateLimiting;

namespace AuthServer.Platform.RateLimiting;

/// <summary>Limits for each network, by IPv4 address or IPv6 /64, and for each account.</summary>
public sealed class RateLimitSettings : ISettings
{
    static string ISettings.Section => "RateLimits";

    /// <summary>Failed sign-ins per minute.</summary>
    public int FailedSignInsPerMinute { get; set; } = 30;

    /// <summary>Registrations per hour, including those with an address that is taken.</summary>
    public int RegistrationsPerHour { get; set; } = 60;

    /// <summary>Refused refresh tokens per minute.</summary>
    public int RefusedRefreshesPerMinute { get; set; } = 600;

    /// <summary>Refused tokens of mailed links per minute.</summary>
    public int RefusedLinksPerMinute { get; set; } = 30;

    /// <summary>Requests for mails per hour, whoever the mails are for.</summary>
    public int MailRequestsPerHour { get; set; } = 60;

    /// <summary>Accounts that staff create for others, per hour.</summary>
    public int InvitationsPerHour { get; set; } = 200;

    /// <summary>Well-formed but invalid API keys per minute.</summary>
    public int RefusedApiKeysPerMinute { get; set; } = 30;

    /// <summary>Answers to one account that an address or a name is taken, per hour.</summary>
    public int TakenNamesPerHour { get; set; } = 10;

    /// <summary>Correct passwords from one network per ten minutes. A clinic's staff share an address.</summary>
    public int CorrectPasswordsPerTenMinutes { get; set; } = 300;

    /// <summary>Correct passwords of one account per ten minutes, from anywhere.</summary>
    public int CorrectPasswordsOfOneAccountPerTenMinutes { get; set; } = 30;

    /// <summary>Requests of one signed-in person that may write something, per minute.</summary>
    public int WritesOfOneAccountPerMinute { get; set; } = 60;

    /// <summary>The same per hour.</summary>
    public int WritesOfOneAccountPerHour { get; set; } = 1000;

    IEnumerable<string> ISettings.Validate()
    {
        if (FailedSignInsPerMinute < 1
            || RegistrationsPerHour < 1
            || RefusedRefreshesPerMinute < 1
            || RefusedLinksPerMinute < 1
            || MailRequestsPerHour < 1
            || InvitationsPerHour < 1
            || RefusedApiKeysPerMinute < 1
            || TakenNamesPerHour < 1
            || CorrectPasswordsPerTenMinutes < 1
            || CorrectPasswordsOfOneAccountPerTenMinutes < 1
            || WritesOfOneAccountPerMinute < 1
            || WritesOfOneAccountPerHour < 1)
        {
            yield return "RateLimits: every limit must be at least 1. To disable one, set a number that is never reached.";
        }
    }
}

/// <summary>
/// The rate-limit policies, all of them by network. Each route names one or <c>DisableRateLimiting</c>: routes that only read with
/// a valid token are not limited, because a resource server may call them a thousand times a second. Those that write are limited by
/// account, too (<see cref="WriteLimits"/>). Counters are local to each replica; the lockout, which protects accounts, is shared through
/// the database.
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
        builder.Services.AddSingleton<TakenAnswers>();
        builder.Services.AddRateLimiter(options => options.OnRejected = static async (context, _) =>
        {
            context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
            await new Problem(ErrorCodes.RateLimited, retryAfter: wait).ExecuteAsync(context.HttpContext);
        });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<RateLimitSettings, TimeProvider, IHttpContextAccessor>(
            (options, limits, clock, current) =>
        {
            // 403 means that the password was right: the account is disabled or unconfirmed. 429 means that the name is locked:
            // refused without hashing, but still recorded in the audit log.
            Add(
                SignIn, limits.FailedSignInsPerMinute, TimeSpan.FromMinutes(1),
                static status => status is StatusCodes.Status401Unauthorized or StatusCodes.Status429TooManyRequests);
            // 409 counts, because it discloses who has an account. A request that threw has no status yet and is not a
            // registration.
            Add(Registration, limits.RegistrationsPerHour, TimeSpan.FromHours(1),
                static status =>
                    status is StatusCodes.Status201Created or StatusCodes.Status202Accepted or StatusCodes.Status403Forbidden
                        or StatusCodes.Status409Conflict);
            Add(
                Refresh, limits.RefusedRefreshesPerMinute, TimeSpan.FromMinutes(1),
                static status => status is StatusCodes.Status401Unauthorized);
            // A page that only shows a link's form answers 410 if the link has expired; mail scanners load it, too.
            Add(
                MailedLinks, limits.RefusedLinksPerMinute, TimeSpan.FromMinutes(1),
                static status => status is StatusCodes.Status400BadRequest);
            Add(MailRequests, limits.MailRequestsPerHour, TimeSpan.FromHours(1), static status => status is StatusCodes.Status202Accepted);
            // A corrected address is mailed to a stranger as well, and answered with 202.
            Add(
                Invitations, limits.InvitationsPerHour, TimeSpan.FromHours(1),
                static status => status is StatusCodes.Status201Created or StatusCodes.Status202Accepted);

            void Add(string name, int limit, TimeSpan window, Func<int, bool> counts) =>
                options.AddPolicy(name, context => RateLimitPartition.Get(
                    RequestOrigin.NetworkOf(context.Connection.RemoteIpAddress),
                    _ =>
                        new OutcomeLimiter(
                            limit, window, clock,
                            () => current.HttpContext is { } http && (counts(Problem.StatusOf(http)) || IsUnpaid(http)))));
        });
    }

    // A hash that nobody waited for: its outcome will never be known.
    private static bool IsUnpaid(HttpContext context) => context.IsCostly() && context.RequestAborted.IsCancellationRequested;
}
