using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AuthServer.Storm;

/// <summary>A connection on which many questions are asked at once (HTTP pipelining), and only the statuses are read.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly byte[] StatusLine = Encoding.ASCII.GetBytes("HTTP/1.1 ");

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawConnection()
    {
    }

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    /// <summary>Sends them in one piece; answers the status of each.</summary>
    public async Task<IReadOnlyList<int>> AskAsync(IEnumerable<byte[]> requests)
    {
        var all = requests.ToList();
        await _socket.SendAsync(all.SelectMany(request => request).ToArray());
        var statuses = new List<int>();
        // What is left of the last body is read with the next answer: no body of ours holds a status line.
        var kept = 0;
        while (statuses.Count < all.Count)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(kept));
            if (read == 0)
            {
                throw new IOException($"The server hung up after {statuses.Count} of {all.Count} answers.");
            }

            kept = Take(_buffer.AsSpan(0, kept + read), statuses);
        }

        return statuses;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>
    /// Takes the statuses from what has come; answers how many bytes, moved to the front, may be the beginning of one more.
    /// </summary>
    private int Take(ReadOnlySpan<byte> text, List<int> statuses)
    {
        var needed = StatusLine.Length + 3;
        int at;
        while ((at = text.IndexOf(StatusLine)) >= 0 && text.Length - at >= needed)
        {
            statuses.Add(int.Parse(text.Slice(at + StatusLine.Length, 3), System.Globalization.CultureInfo.InvariantCulture));
            text = text[(at + needed)..];
        }

        var rest = text[^Math.Min(text.Length, needed - 1)..];
        rest.CopyTo(_buffer);
        return rest.Length;
    }
}
