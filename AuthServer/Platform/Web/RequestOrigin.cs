using System.Net;
using System.Net.Sockets;

namespace AuthServer.Platform.Web;

/// <summary>Where a request came from, as far as that is known.</summary>
/// <param name="Address">The client's address; behind a configured proxy the one the proxy names.</param>
/// <param name="UserAgent">What the client calls itself, cut at 512 characters.</param>
/// <param name="RequestId">The request, as in <c>X-Request-ID</c>.</param>
internal sealed record RequestOrigin(IPAddress? Address, string? UserAgent, string RequestId)
{
    private const int MaxUserAgentLength = 512;

    /// <summary>The address, or the /64 of an IPv6 address, because one subscriber has all of it.</summary>
    public string Network => NetworkOf(Address);

    /// <summary>The operator at the command line: no address, and no account.</summary>
    public static RequestOrigin CommandLine { get; } = new(null, "command line", $"cli-{Guid.NewGuid():N}");

    /// <summary>Whether the operator acts, and not an account.</summary>
    public bool IsCommandLine => ReferenceEquals(this, CommandLine);

    public static ValueTask<RequestOrigin?> BindAsync(HttpContext context) => new(Of(context));

    public static RequestOrigin Of(HttpContext context) =>
        new(Plain(context.Connection.RemoteIpAddress), Printable(context.Request.Headers.UserAgent), context.TraceIdentifier);

    public static string NetworkOf(IPAddress? address)
    {
        if (Plain(address) is not { AddressFamily: AddressFamily.InterNetworkV6 } v6)
        {
            return Plain(address)?.ToString() ?? "unknown";
        }

        var bytes = v6.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    // NUL and other control characters would be refused by PostgreSQL or forge lines where somebody prints them.
    private static string? Printable(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var kept = text.AsSpan(0, Math.Min(text.Length, MaxUserAgentLength));
        return kept.ContainsAnyExceptInRange(' ', '~')
            ? string.Create(kept.Length, kept, static (printable, from) =>
            {
                for (var index = 0; index < from.Length; index++)
                {
                    printable[index] = char.IsControl(from[index]) || char.IsSurrogate(from[index]) ? ' ' : from[index];
                }
            })
            : kept.ToString();
    }
}
