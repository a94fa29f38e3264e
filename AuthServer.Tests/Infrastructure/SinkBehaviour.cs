using System.Buffers;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Net;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Where a sink listens, and what it requires of clients, which can change while it runs.</summary>
internal sealed class SinkEndpoint(SmtpSink sink, int port) : IEndpointDefinition, ICertificateFactory
{
    public IPEndPoint Endpoint { get; } = new(IPAddress.Loopback, port);

    public bool IsSecure => sink.IsImplicitTls;

    public bool AuthenticationRequired => sink.Account is not null;

    public bool AllowUnsecureAuthentication => true;

    public TimeSpan SessionTimeout => TimeSpan.FromMinutes(5);

    public ICertificateFactory? CertificateFactory => sink.Certificate is null ? null : this;

    public SslProtocols SupportedSslProtocols => SslProtocols.None;

    public X509Certificate GetServerCertificate(ISessionContext sessionContext) => sink.Certificate!;
}

/// <summary>Applies a sink's script to the conversations of SmtpServer.</summary>
internal sealed class SinkBehaviour(SmtpSink sink) : SmtpCommandFactory, IMessageStore, IUserAuthenticator
{
    private const string Number = "number";
    private const int ClosingDown = 421;

    public static ServiceProvider For(SmtpSink sink, EndpointListenerFactory listeners)
    {
        var (services, behaviour) = (new ServiceProvider(), new SinkBehaviour(sink));
        services.Add(listeners);
        services.Add((ISmtpCommandFactory)behaviour);
        services.Add((IMessageStore)behaviour);
        services.Add((IUserAuthenticator)behaviour);
        return services;
    }

    public static void Greet(SmtpSink sink, ISessionContext session, int number)
    {
        session.Properties[Number] = number;
        session.CommandExecuting += (_, about) => Obey(sink, session, about.Command);
        session.ResponseException += (_, thrown) => NoteWhatMakesNoSense(sink, thrown.Exception);
        var asked = sink.AskAsync(session, "CONNECT", "");
        if (!asked.IsCompleted)
        {
            WaitWhileTheyDo(session, asked);
        }

        if (Wait(asked) is { } reply)
        {
            Say(session, reply + "\r\n");
            HangUp(session);
        }
    }

    // SmtpServer handles no other command meanwhile, so do not wait longer than the client does.
    private static void WaitWhileTheyDo(ISessionContext session, Task asked)
    {
        var gone = session.Pipe.Input.ReadAsync().AsTask();
        if (Wait(Task.WhenAny(asked, gone)) == gone)
        {
            HangUp(session);
        }

        session.Pipe.Input.CancelPendingRead();
        session.Pipe.Input.AdvanceTo(Wait(gone).Buffer.Start);
    }

    /// <summary>Disconnects without a reply.</summary>
    public static void HangUp(ISessionContext session)
    {
        ((IDisposable)session.Pipe).Dispose();
        throw new IOException(SmtpSink.Cut);
    }

    public override SmtpCommand CreateEhlo(string domainOrAddress) => new Ehlo(domainOrAddress, sink);

    public Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken cancellationToken) =>
        Task.FromResult(sink.Account is { } account && account.UserName == user && account.Password == password);

    public async Task<SmtpResponse> SaveAsync(
        ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(buffer) + "\r\n";
        var reply = await sink.AskAsync(context, "END", text) ?? "250 taken";
        if (reply.StartsWith("250", StringComparison.Ordinal))
        {
            var (from, to) = (transaction.From.AsAddress(), transaction.To.Select(mailbox => mailbox.AsAddress()));
            var (number, user) = ((int)context.Properties[Number], context.Authentication.User);
            sink.Keep(new ReceivedMail(from, [.. to], text, number, context.Pipe.IsSecure, user));
            reply = await sink.AskAsync(context, "KEPT", text) ?? reply;
        }

        return Response(reply);
    }

    private static void Obey(SmtpSink sink, ISessionContext session, SmtpCommand command)
    {
        var line = command switch
        {
            MailCommand mail => $"MAIL {mail.Address.AsAddress()}",
            RcptCommand recipient => $"RCPT {recipient.Address.AsAddress()}",
            _ => command.Name,
        };
        sink.Note(line);
        if (Wait(sink.AskAsync(session, command is HeloCommand ? "EHLO" : command.Name, line)) is { } reply)
        {
            Refuse(session, reply);
        }

        if (command is DataCommand && Wait(sink.Script("CONTENT", "")) == SmtpSink.Cut)
        {
            Say(session, "354 go on\r\n");
            Wait(session.Pipe.Input.ReadAsync().AsTask());
            HangUp(session);
        }
    }

    private static void Refuse(ISessionContext session, string reply)
    {
        var lines = reply.Split("\r\n");
        Say(session, string.Concat(lines[..^1].Select(line => line + "\r\n")));
        var response = Response(lines[^1]);
        throw new SmtpResponseException(response, quit: (int)response.ReplyCode == ClosingDown);
    }

    private static SmtpResponse Response(string reply) => new((SmtpReplyCode)int.Parse(reply.AsSpan(0, 3), provider: null), reply[4..]);

    private static void NoteWhatMakesNoSense(SmtpSink sink, SmtpResponseException thrown)
    {
        foreach (var line in thrown.Properties.Values.OfType<byte[]>())
        {
            sink.Note(Encoding.UTF8.GetString(line));
        }
    }

    private static void Say(ISessionContext session, string lines)
    {
        session.Pipe.Output.Write(Encoding.ASCII.GetBytes(lines));
        Wait(session.Pipe.Output.FlushAsync().AsTask());
    }

    // SmtpServer reports these moments through events, which cannot be awaited.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private sealed class Ehlo(string domain, SmtpSink sink) : EhloCommand(domain)
    {
        protected override IEnumerable<string> GetExtensions(ISessionContext context) =>
            base.GetExtensions(context).Where(extension => !extension.StartsWith("AUTH ", StringComparison.Ordinal))
                .Concat(sink.Account is null ? [] : [$"AUTH {sink.Mechanisms}"]);
    }
}
