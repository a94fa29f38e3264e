using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A mail server for what SmtpServer does not know or would never say: every byte it answers is a test's own.</summary>
internal sealed class RawSmtp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentQueue<string> _heard = new();

    /// <param name="answer">What it says to a line, or null where the usual will do. The greeting is its answer to <c>CONNECT</c>.</param>
    /// <param name="certificate">What it encrypts with after it has answered 220 to STARTTLS.</param>
    public RawSmtp(Func<string, string?> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every line it was sent, those of mails included.</summary>
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
            // The other side has had enough, or the test is over.
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

    // Byte by byte, so that nothing is read ahead of the encryption.
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
