using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Asks a service with the interface of Have I Been Pwned whether a password appeared in a breach. The service learns the first 20
/// bits of a hash, and an observer not even the length of the response. If the service fails or is slow, the password is accepted.
/// </summary>
internal sealed class BreachedPasswords(
    IHttpClientFactory clients, PasswordSettings settings, IMeterFactory meters, TimeProvider clock, ILogger<BreachedPasswords> logger)
{
    public const string ClientName = "breached-passwords";
    public const string MeterName = "AuthServer.Credentials";
    public const string ChecksName = "authserver.password.breach_checks";

    private const int PrefixLength = 5;
    private const int SuffixLength = 35;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly Counter<long> _checks = meters.Create(MeterName)
        .CreateCounter<long>(ChecksName, description: "Passwords looked up in the breach service, by outcome.");
    private long _warnedAt;

    public async Task<bool> ContainAsync(string password, CancellationToken cancellationToken)
    {
        if (settings.BreachCheckUrl.Length == 0)
        {
            return false;
        }

        var hash = Hash(password);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Timeout);
        try
        {
            using var client = clients.CreateClient(ClientName);
            var rows = await client.GetByteArrayAsync(hash[..PrefixLength], patience.Token);
            var isFound = IsAmong(Encoding.ASCII.GetString(rows), hash[PrefixLength..]);
            Count(isFound ? "found" : "not_found");
            return isFound;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Count("failed");
            Warn(exception);
            return false;
        }
    }

    /// <summary>The HTTP client of <see cref="ContainAsync"/>; nobody has to wait for it for more than a second.</summary>
    public static void AddClient(IServiceCollection services) =>
        services.AddHttpClient(ClientName)
            .ConfigureHttpClient(static (services, client) =>
            {
                var url = services.GetRequiredService<PasswordSettings>().BreachCheckUrl;
                client.BaseAddress = new(url.EndsWith('/') ? url : url + '/');
                client.MaxResponseContentBufferSize = 512 * 1024;
                client.DefaultRequestHeaders.Add("User-Agent", "AuthServer");
                // Requests padding rows, so that the length of the response does not reveal the prefix.
                client.DefaultRequestHeaders.Add("Add-Padding", "true");
            })
            // No logs and no traces: next to a person's name, the path would be part of the hash of their password.
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ActivityHeadersPropagator = null,
                ConnectTimeout = Timeout,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });

    [SuppressMessage("ApiDesign", "RS0030", Justification = "The service's interface is SHA-1; nothing is protected by it.")]
    [SuppressMessage("Security", "CA5350", Justification = "The service's interface is SHA-1; nothing is protected by it.")]
    private static string Hash(string password) =>
        Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(PasswordHashing.Normalize(password))));

    // Each row is SUFFIX:COUNT; padding rows have count 0. Every prefix has rows, so a response without rows is not from such a
    // service.
    private static bool IsAmong(string rows, string suffix)
    {
        var counts = rows.Split('\n', StringSplitOptions.TrimEntries)
            .Where(row => row.Length > SuffixLength
                && row[SuffixLength] == ':'
                && ulong.TryParse(row.AsSpan(SuffixLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .ToLookup(
                row => row[..SuffixLength],
                row => ulong.Parse(row.AsSpan(SuffixLength + 1), NumberStyles.None, CultureInfo.InvariantCulture),
                StringComparer.OrdinalIgnoreCase);
        return counts.Count > 0
            ? counts[suffix].Any(count => count > 0)
            : throw new InvalidDataException("The response is not a list of hashes.");
    }

    private void Count(string outcome) => _checks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private void Warn(Exception exception)
    {
        var (now, last) = (clock.GetUtcNow().UtcTicks, Interlocked.Read(ref _warnedAt));
        if (now - last >= BetweenWarnings.Ticks && Interlocked.CompareExchange(ref _warnedAt, now, last) == last)
        {
            Log.BreachCheckFailed(logger, exception);
        }
    }
}
