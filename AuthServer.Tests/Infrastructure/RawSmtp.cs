using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A mail server for replies that SmtpServer cannot or would not send: tests choose every byte.</summary>
internal sealed class RawSmtp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentQueue<string> _heard = new();

    /// <param name="answer">Its reply to a line, or null for the usual one. The greeting is its reply to <c>CONNECT</c>.</param>
    /// <param name="certificate">Used for encryption after it has replied 220 to STARTTLS.</param>
    public RawSmtp(Func<string, string?> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every line received, including those of mails.</summary>
    public IReadOnlyCollection<string> Heard => _heard;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await TalkAsync(connection.GetStream());
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or InvalidOperationException or AuthenticationException)
        {
            // The client has disconnected, or the test is over.
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var isMail = false;
        for (string? line = "CONNECT"; line is not null; line = await HearAsync(stream))
        {
            var reply = isMail && line != "." ? "" : _answer(line) ?? Usual(line);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply));
            isMail = reply.StartsWith("354", StringComparison.Ordinal) || (isMail && line != ".");
            if (line == "STARTTLS" && reply.StartsWith("220", StringComparison.Ordinal))
            {
                var encrypted = new SslStream(stream);
                await encrypted.AuthenticateAsServerAsync(_certificate!);
                stream = encrypted;
            }
        }
    }

    private static string Usual(string line) => line.Split(' ')[0] switch
    {
        "CONNECT" => "220 raw.example.com\r\n",
        "DATA" => "354 go on\r\n",
        "QUIT" => "221 bye\r\n",
        _ => "250 ok\r\n",
    };

    // Byte by byte, so that nothing is read before the encryption starts.
    private async Task<string?> HearAsync(Stream stream)
    {
        var (line, one) = (new List<byte>(), new byte[1]);
        while (await stream.ReadAsync(one) == 1)
        {
            line.Add(one[0]);
            if (line is [.., (byte)'\r', (byte)'\n'])
            {
                _heard.Enqueue(Encoding.UTF8.GetString([.. line[..^2]]));
                return _heard.Last();
            }
        }

        return null;
    }
}
