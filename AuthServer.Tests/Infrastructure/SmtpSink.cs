using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A mail server over a real socket, that keeps what it gets and does as badly as it is told to.</summary>
public sealed class SmtpSink : IAsyncDisposable
{
    /// <summary>As an answer: the connection is cut instead.</summary>
    public const string Cut = "cut";

    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly ConcurrentDictionary<int, TcpClient> _connections = new();
    private TcpListener? _listener;
    private int _connectionCount;

    public int Port { get; private set; }

    /// <summary>What it has accepted, in the order of accepting.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>Every line it was sent outside of mails, from all connections.</summary>
    public IReadOnlyCollection<string> Commands => _commands;

    /// <summary>How many connections there have been.</summary>
    public int ConnectionCount => _connectionCount;

    /// <summary>Offers STARTTLS with it, if set.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Who may send, if not everybody.</summary>
    public NetworkCredential? Account { get; set; }

    /// <summary>The ways of signing in it knows.</summary>
    public string Mechanisms { get; set; } = "PLAIN LOGIN";

    /// <summary>
    /// Its answer instead of the usual one, or null. The first argument is the verb: <c>CONNECT</c>, <c>EHLO</c>, <c>STARTTLS</c>,
    /// <c>AUTH</c>, <c>MAIL</c>, <c>RCPT</c>, <c>DATA</c>, <c>CONTENT</c> after each line of a mail, and <c>END</c> after the
    /// last, where the mail is kept if the answer begins with 250, and then asked for <c>KEPT</c> before it is given. The second is
    /// the line, or the mail.
    /// </summary>
    public Func<string, string, Task<string?>> Script { get; set; } = (_, _) => Task.FromResult<string?>(null);

    public static SmtpSink Started()
    {
        var sink = new SmtpSink();
        sink.Start();
        return sink;
    }

    /// <summary>Answers so to that verb, always.</summary>
    public void Answer(string verb, string reply) => Script = (asked, _) => Task.FromResult(asked == verb ? reply : null);

    /// <summary>Says nothing to that verb before <paramref name="until"/>; answers when somebody is waiting there.</summary>
    public Task Hold(string verb, Task until)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script = async (asked, _) =>
        {
            if (asked == verb)
            {
                reached.TrySetResult();
                await until;
            }

            return null;
        };
        return reached.Task;
    }

    /// <summary>Answers as usual again.</summary>
    public void Behave() => Script = (_, _) => Task.FromResult<string?>(null);

    /// <summary>Listens, on the port it had before, if it had one.</summary>
    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port) { ExclusiveAddressUse = false };
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>Refuses connections from now on, and cuts those there are.</summary>
    public void Stop()
    {
        _listener?.Stop();
        foreach (var connection in _connections.Values)
        {
            connection.Close();
        }
    }

    /// <summary>Waits until it has accepted so many.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> WaitForAsync(int mails)
    {
        await Eventually.TrueAsync(() => _mails.Count >= mails, $"{mails} mails");
        return Mails;
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    internal void Note(string command) => _commands.Enqueue(command);

    internal void Keep(ReceivedMail mail) => _mails.Enqueue(mail);

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            TcpClient connection;
            try
            {
                connection = await listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            var number = Interlocked.Increment(ref _connectionCount);
            _connections[number] = connection;
            _ = ServeAsync(connection, number);
        }
    }

    private async Task ServeAsync(TcpClient connection, int number)
    {
        try
        {
            await new SmtpConversation(this, connection.GetStream(), number).RunAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException or System.Security.Authentication.AuthenticationException)
        {
            // The other side has had enough, or we were told to cut.
        }
        finally
        {
            _connections.TryRemove(number, out _);
            // A cut is a reset, not a farewell.
            connection.LingerState = new LingerOption(enable: true, 0);
            connection.Dispose();
        }
    }
}
