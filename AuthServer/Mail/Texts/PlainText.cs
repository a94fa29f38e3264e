using System.Text;
using AuthServer.Platform.Web;

namespace AuthServer.Mail.Texts;

/// <summary>The plain-text part of a mail.</summary>
internal static class PlainText
{
    // RFC 3676 section 4.2 recommends lines of at most 78 characters; replies prefix them with "> ".
    private const int Width = 72;

    public static string Of(MailContent content)
    {
        var text = new StringBuilder();
        foreach (var paragraph in content.Paragraphs)
        {
            text.Append(Wrap(paragraph)).Append("\n\n");
        }

        if (content.Facts is { Count: > 0 } facts)
        {
            text.AppendJoin('\n', facts.Select(fact => $"{fact.Label}: {Isolated(fact.Value, content.Language)}")).Append("\n\n");
        }

        if (content.Button is { } button)
        {
            text.Append(button.Label).Append(":\n").Append(button.Url).Append("\n\n");
        }

        return text.Append(Wrap(content.Footer ?? "")).ToString().TrimEnd() + "\n";
    }

    private static string Wrap(string paragraph)
    {
        var (text, length) = (new StringBuilder(), 0);
        foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var fits = length + 1 + word.Length <= Width;
            text.Append(length == 0 ? "" : fits ? " " : "\n").Append(word);
            length = length > 0 && fits ? length + 1 + word.Length : word.Length;
        }

        return text.ToString();
    }

    // First-strong isolates (UAX 9) keep the brackets of a Latin name in place within Hebrew text.
    private static string Isolated(string value, string language) =>
        Language.Of(language) == Language.Hebrew ? $"\u2068{value}\u2069" : value;
}
