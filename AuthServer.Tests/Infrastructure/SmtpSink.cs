using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using SmtpServer;
using SmtpServer.Net;

namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// A mail server over a real socket, by the package SmtpServer, that keeps what it gets and does as badly as it is told to.
/// </summary>
public sealed class SmtpSink : IAsyncDisposable
{
    /// <summary>As an answer: the connection is cut instead.</summary>
    public const string Cut = "cut";

    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private CancellationTokenSource _running = new();
    private SmtpServer.SmtpServer? _server;
    private int _connectionCount;

    public int Port { get; private set; }

    /// <summary>What it has accepted, in the order of accepting.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>Every line it was sent outside of mails, from all connections; of those it understood, the verb and the address.</summary>
    public IReadOnlyCollection<string> Commands => _commands;

    /// <summary>How many connections there have been.</summary>
    public int ConnectionCount => _connectionCount;

    /// <summary>Offers STARTTLS with it, if set.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Is encrypted from the first byte, and offers no STARTTLS.</summary>
    public bool IsImplicitTls { get; set; }

    /// <summary>Who may send, if not everybody.</summary>
    public NetworkCredential? Account { get; set; }

    /// <summary>The ways of signing in it knows.</summary>
    public string Mechanisms { get; set; } = "PLAIN LOGIN";

    /// <summary>
    /// Its answer instead of the usual one, or null. The first argument is the verb: <c>CONNECT</c>, <c>EHLO</c>, <c>STARTTLS</c>,
    /// <c>AUTH</c>, <c>MAIL</c>, <c>RCPT</c>, <c>DATA</c>, <c>CONTENT</c> where it can cut a mail short, and <c>END</c> after its
    /// last line, where the mail is kept if the answer begins with 250, and then asked for <c>KEPT</c> before it is given. The second is
    /// the command, or the mail.
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
        _running = new CancellationTokenSource();
        var listeners = new EndpointListenerFactory();
        listeners.EndpointStarted += (_, started) => Port = ((IPEndPoint)started.LocalEndPoint).Port;
        var options = new SmtpServerOptionsBuilder().ServerName("sink.example.com").NetworkBufferSize(8192)
            .Endpoint(new SinkEndpoint(this, Port)).Build();
        _server = new SmtpServer.SmtpServer(options, SinkBehaviour.For(this, listeners));
        _server.SessionCreated += (_, session) => SinkBehaviour.Greet(this, session.Context, Interlocked.Increment(ref _connectionCount));
        _ = _server.StartAsync(_running.Token);
    }

    /// <summary>Refuses connections from now on, and cuts those there are.</summary>
    public void Stop()
    {
        _running.Cancel();
        _server?.ShutdownTask.Wait();
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

    /// <summary>What the script answers, if anything. Where it is to cut, or is itself being stopped, the connection is gone.</summary>
    internal async Task<string?> AskAsync(ISessionContext session, string verb, string line)
    {
        string? reply;
        try
        {
            reply = await Script(verb, line).WaitAsync(_running.Token);
        }
        catch (OperationCanceledException)
        {
            reply = Cut;
        }

        if (reply == Cut)
        {
            SinkBehaviour.HangUp(session);
        }

        return reply;
    }
}
