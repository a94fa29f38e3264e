namespace AuthServer.Mail.Texts;

/// <summary>The content of a mail, independent of its format.</summary>
/// <param name="Language">BCP 47 tag; also determines the text direction.</param>
/// <param name="Subject">Neutral: names no clinic, speciality or condition.</param>
/// <param name="Preview">Shown by mail programs beside the subject; as neutral as the subject.</param>
/// <param name="Paragraphs">Plain text.</param>
/// <param name="Button">The link to follow, if there is one.</param>
/// <param name="Facts">Labels and values, such as when and from where.</param>
/// <param name="Footer">What to do if the recipient did not request this.</param>
public sealed record MailContent(
    string Language,
    string Subject,
    string Preview,
    IReadOnlyList<string> Paragraphs,
    MailButton? Button = null,
    IReadOnlyList<MailFact>? Facts = null,
    string? Footer = null);

/// <summary>A link that looks like a button; its URL is also printed below, for programs that show no HTML.</summary>
public sealed record MailButton(string Label, string Url);

/// <summary>A row of a mail's table.</summary>
/// <param name="Label">Trusted text of ours.</param>
/// <param name="Value">May contain text that people entered.</param>
public sealed record MailFact(string Label, string Value);
