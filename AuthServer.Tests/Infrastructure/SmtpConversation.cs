using System.Net.Security;
using System.Text;

namespace AuthServer.Tests.Infrastructure;

/// <summary>The server's half of one SMTP connection (RFC 5321, STARTTLS of RFC 3207, AUTH of RFC 4954).</summary>
internal sealed class SmtpConversation(SmtpSink sink, Stream stream, int number)
{
    private readonly List<string> _to = [];
    private Stream _stream = stream;
    private string? _from;
    private string? _user;
    private bool _isEncrypted;

    public async Task RunAsync()
    {
        await ReplyAsync("CONNECT", "", "220 sink.example.com ESMTP");
        while (await ReadLineAsync() is { } line)
        {
            sink.Note(line);
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (verb == "QUIT")
            {
                await WriteAsync("221 bye");
                return;
            }

            await ObeyAsync(verb, line);
        }
    }

    private Task ObeyAsync(string verb, string line) => verb switch
    {
        "EHLO" or "HELO" => ReplyAsync("EHLO", line, Greeting()),
        "STARTTLS" => EncryptAsync(line),
        "AUTH" => SignInAsync(line),
        "MAIL" => MailAsync(line),
        "RCPT" => RecipientAsync(line),
        "DATA" => TakeAsync(line),
        "RSET" or "NOOP" => ReplyAsync(verb, line, "250 ok"),
        _ => WriteAsync("502 what?"),
    };

    private string Greeting()
    {
        string?[] extensions = ["sink.example.com", "8BITMIME", sink.Certificate is not null && !_isEncrypted ? "STARTTLS" : null, sink.Account is not null ? $"AUTH {sink.Mechanisms}" : null];
        var lines = extensions.OfType<string>().ToList();
        return string.Join("\r\n", lines.Select((line, index) => $"250{(index < lines.Count - 1 ? '-' : ' ')}{line}"));
    }

    private async Task EncryptAsync(string line)
    {
        if (!(await ReplyAsync("STARTTLS", line, sink.Certificate is null ? "502 no" : "220 go")).StartsWith("220", StringComparison.Ordinal) || sink.Certificate is null)
        {
            return;
        }

        var encrypted = new SslStream(_stream);
        await encrypted.AuthenticateAsServerAsync(sink.Certificate);
        (_stream, _isEncrypted) = (encrypted, true);
    }

    private async Task SignInAsync(string line)
    {
        if (await sink.Script("AUTH", line) is { } reply)
        {
            await WriteAsync(reply);
            return;
        }

        var words = line.Split(' ');
        var (user, password) = words[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase) ? await PlainAsync(words.ElementAtOrDefault(2)) : await LoginAsync(words.ElementAtOrDefault(2));
        var isRight = sink.Account is { } account && account.UserName == user && account.Password == password;
        _user = isRight ? user : null;
        await WriteAsync(isRight ? "235 welcome" : "535 5.7.8 wrong");
    }

    private async Task<(string User, string Password)> PlainAsync(string? initial)
    {
        var parts = Decode(initial ?? await AskAsync("334 ")).Split('\0');
        return (parts[1], parts[2]);
    }

    private async Task<(string User, string Password)> LoginAsync(string? initial) => (Decode(initial ?? await AskAsync("334 VXNlcm5hbWU6")), Decode(await AskAsync("334 UGFzc3dvcmQ6")));

    private async Task MailAsync(string line)
    {
        var usual = sink.Account is not null && _user is null ? "530 5.7.0 sign in first" : "250 ok";
        if ((await ReplyAsync("MAIL", line, usual)).StartsWith("250", StringComparison.Ordinal))
        {
            _from = InBrackets(line);
            _to.Clear();
        }
    }

    private async Task RecipientAsync(string line)
    {
        if ((await ReplyAsync("RCPT", line, "250 ok")).StartsWith("250", StringComparison.Ordinal))
        {
            _to.Add(InBrackets(line));
        }
    }

    private async Task TakeAsync(string line)
    {
        if (!(await ReplyAsync("DATA", line, _to.Count > 0 ? "354 go on" : "503 who to?")).StartsWith("354", StringComparison.Ordinal))
        {
            return;
        }

        var text = new StringBuilder();
        while (await ReadLineAsync() is { } part and not ".")
        {
            text.Append(part.StartsWith('.') ? part[1..] : part).Append("\r\n");
            if (await sink.Script("CONTENT", part) is SmtpSink.Cut)
            {
                throw new IOException(SmtpSink.Cut);
            }
        }

        var mail = new ReceivedMail(_from!, [.. _to], text.ToString(), number, _isEncrypted, _user);
        var reply = await sink.Script("END", mail.Text) ?? "250 taken";
        if (reply.StartsWith("250", StringComparison.Ordinal))
        {
            sink.Keep(mail);
            reply = await sink.Script("KEPT", mail.Text) ?? reply;
        }

        await WriteAsync(reply);
    }

    private async Task<string> AskAsync(string prompt)
    {
        await WriteAsync(prompt);
        return await ReadLineAsync() ?? throw new IOException("gone");
    }

    private async Task<string> ReplyAsync(string verb, string line, string usual)
    {
        var reply = await sink.Script(verb, line) ?? usual;
        await WriteAsync(reply);
        return reply;
    }

    private async Task WriteAsync(string reply)
    {
        if (reply == SmtpSink.Cut)
        {
            throw new IOException(reply);
        }

        await _stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"));
    }

    // Byte by byte, so that nothing is read ahead of the encryption. A bare CR or LF is part of the line, as RFC 5321 wants.
    private async Task<string?> ReadLineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await _stream.ReadAsync(one) == 1)
        {
            line.Add(one[0]);
            if (line is [.., (byte)'\r', (byte)'\n'])
            {
                return Encoding.UTF8.GetString([.. line[..^2]]);
            }
        }

        return null;
    }

    private static string InBrackets(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.LastIndexOf('>')];

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
