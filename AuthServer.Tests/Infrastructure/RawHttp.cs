using System.Net.Sockets;
using System.Text;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Bytes on a socket, for requests no HTTP client would send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Sends the text as it is, and reads until the server closes the connection.</summary>
    /// <exception cref="OperationCanceledException">The server kept the connection open.</exception>
    public static async Task<string> ExchangeAsync(Api api, string request)
    {
        using var patience = new CancellationTokenSource(Timeout);
        using var client = new TcpClient();
        await client.ConnectAsync(api.Http.BaseAddress!.Host, api.Http.BaseAddress.Port, patience.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = new StringBuilder();
        try
        {
            var buffer = new char[4096];
            while (await reader.ReadAsync(buffer, patience.Token) is var read and > 0)
            {
                answer.Append(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // A reset closes the connection as well: the server had not read everything.
        }

        return answer.ToString();
    }

    /// <summary>The status of each response received.</summary>
    public static IReadOnlyList<int> Statuses(string answer) =>
        [.. answer
            .Split("HTTP/1.1 ")
            .Skip(1)
            .Select(response => int.Parse(response.AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture))];
}
