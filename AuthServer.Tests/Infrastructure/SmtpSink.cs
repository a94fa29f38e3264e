using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using SmtpServer;
using SmtpServer.Net;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A mail server on a real socket (package SmtpServer) that keeps what it receives and misbehaves as told.</summary>
public sealed class SmtpSink : IAsyncDisposable
{
    /// <summary>As a reply: disconnect instead.</summary>
    public const string Cut = "cut";

    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private CancellationTokenSource _running = new();
    private SmtpServer.SmtpServer? _server;
    private int _connectionCount;

    public int Port { get; private set; }

    /// <summary>Mails accepted, in order.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>Every line received outside of mails, from all connections; for valid commands only verb and address.</summary>
    public IReadOnlyCollection<string> Commands => _commands;

    /// <summary>Connections so far.</summary>
    public int ConnectionCount => _connectionCount;

    /// <summary>If set, STARTTLS is offered with it.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Encrypted from the first byte, without STARTTLS.</summary>
    public bool IsImplicitTls { get; set; }

    /// <summary>Who may send; null for everybody.</summary>
    public NetworkCredential? Account { get; set; }

    /// <summary>The authentication mechanisms offered.</summary>
    public string Mechanisms { get; set; } = "PLAIN LOGIN";

    /// <summary>
    /// Returns the reply to use instead of the usual one, or null. The first argument is the verb: <c>CONNECT</c>, <c>EHLO</c>,
    /// <c>STARTTLS</c>, <c>AUTH</c>, <c>MAIL</c>, <c>RCPT</c>, <c>DATA</c>, <c>CONTENT</c> within a mail, where it can disconnect,
    /// and <c>END</c> after its last line. If the reply to <c>END</c> begins with 250 the mail is kept, and <c>KEPT</c> is asked
    /// before the reply is sent. The second argument is the command or the mail.
    /// </summary>
    public Func<string, string, Task<string?>> Script { get; set; } = (_, _) => Task.FromResult<string?>(null);

    public static SmtpSink Started()
    {
        var sink = new SmtpSink();
        sink.Start();
        return sink;
    }

    /// <summary>Always replies this to that verb.</summary>
    public void Answer(string verb, string reply) => Script = (asked, _) => Task.FromResult(asked == verb ? reply : null);

    /// <summary>
    /// Delays the reply to that verb until <paramref name="until"/>; the result completes when a client is waiting there.
    /// </summary>
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

    /// <summary>Resets the script.</summary>
    public void Behave() => Script = (_, _) => Task.FromResult<string?>(null);

    /// <summary>Listens, on the previous port if it had one.</summary>
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

    /// <summary>Refuses connections from now on, and disconnects the current ones.</summary>
    public void Stop()
    {
        _running.Cancel();
        _server?.ShutdownTask.Wait();
    }

    /// <summary>Waits until this many mails were accepted.</summary>
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

    /// <summary>The script's reply, if any. If it disconnects, or is being stopped itself, the connection is gone.</summary>
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
