using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AuthServer.Tests.Infrastructure;

public sealed record MailPart(string Type, string Text);

/// <summary>
/// A mail as a mail server receives it, with as much of a MIME parser as our mails need. Throws on malformed input.
/// </summary>
/// <param name="From">The sender of the envelope.</param>
/// <param name="To">The recipients of the envelope.</param>
/// <param name="Text">Headers and body, with CRLF.</param>
/// <param name="Connection">The number of the connection it came over.</param>
/// <param name="IsEncrypted">Whether the connection was encrypted.</param>
/// <param name="User">Who had authenticated, or null.</param>
public sealed partial record ReceivedMail(
    string From, IReadOnlyList<string> To, string Text, int Connection = 0, bool IsEncrypted = false, string? User = null)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The headers in their order, unfolded and not decoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => HeadersOf(Text);

    public string MessageId => this["Message-ID"];

    public string Subject => Decode(this["Subject"]);

    /// <summary>The parts of a multipart body by their media type, decoded.</summary>
    public IReadOnlyList<MailPart> Parts
    {
        get
        {
            var boundary = Boundary().Match(this["Content-Type"]).Groups["boundary"].Value;
            return [.. BodyOf(Text).Split($"--{boundary}")[1..^1].Select(part => part[2..])
                .Select(part => new MailPart(Header(part, "Content-Type").Split(';')[0].Trim(), DecodePart(part)))];
        }
    }

    public string this[string header] => Header(Text, header);

    /// <summary>RFC 2047: each encoded word must contain whole characters.</summary>
    public static string Decode(string header) =>
        EncodedWord().Replace(
            BetweenWords().Replace(header, "?==?"),
            word => Strict.GetString(word.Groups["kind"].Value.Equals("B", StringComparison.OrdinalIgnoreCase)
            ? Convert.FromBase64String(word.Groups["text"].Value)
            : Unquote(word.Groups["text"].Value.Replace('_', ' '))));

    private static string Header(string text, string name) =>
        HeadersOf(text).Single(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static List<KeyValuePair<string, string>> HeadersOf(string text) =>
        [.. Fold()
            .Replace(text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)], "")
            .Split("\r\n")
            .Select(line => line.Split(':', 2))
            .Select(pair => new KeyValuePair<string, string>(pair[0], pair[1].Trim()))];

    private static string BodyOf(string text) => text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    private static string DecodePart(string part)
    {
        var body = BodyOf(part)[..^2];
        return Header(part, "Content-Transfer-Encoding").ToUpperInvariant() switch
        {
            "BASE64" => Strict.GetString(Convert.FromBase64String(body)),
            "QUOTED-PRINTABLE" => Strict.GetString(Unquote(body.Replace("=\r\n", "", StringComparison.Ordinal))),
            "8BIT" or "7BIT" => body,
            var other => throw new FormatException(other),
        };
    }

    private static byte[] Unquote(string text)
    {
        var bytes = new List<byte>();
        for (var index = 0; index < text.Length; index++)
        {
            bytes.Add(
                text[index] == '='
                    ? byte.Parse(text.AsSpan(index + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    : checked((byte)text[index]));
            index += text[index] == '=' ? 2 : 0;
        }

        return [.. bytes];
    }

    [GeneratedRegex(
        @"=\?utf-8\?(?<kind>[bq])\?(?<text>[^? ]*)\?=", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=\?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BetweenWords();

    [GeneratedRegex("\r\n(?=[ \t])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fold();

    [GeneratedRegex("boundary=\"?(?<boundary>[^\";]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Boundary();
}
