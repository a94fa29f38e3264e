namespace AuthServer.Mail.Texts;

/// <summary>What a mail says, before it has a form.</summary>
/// <param name="Language">BCP 47 tag of the text; decides the direction, too.</param>
/// <param name="Subject">Neutral: no clinic, speciality or condition.</param>
/// <param name="Preview">What mail programs show beside the subject: as neutral.</param>
/// <param name="Paragraphs">The text.</param>
/// <param name="Button">What to press, where there is something.</param>
/// <param name="Facts">Label and value, such as when and from where.</param>
/// <param name="Footer">What to do if it was not oneself.</param>
public sealed record MailContent(
    string Language,
    string Subject,
    string Preview,
    IReadOnlyList<string> Paragraphs,
    MailButton? Button = null,
    IReadOnlyList<MailFact>? Facts = null,
    string? Footer = null);

/// <summary>A link that looks like a button; the address stands below it, for programs that show no HTML.</summary>
/// <param name="Label">What pressing it does.</param>
/// <param name="Url">Where it leads.</param>
public sealed record MailButton(string Label, string Url);

/// <summary>A line of a mail's table.</summary>
/// <param name="Label">What it tells.</param>
/// <param name="Value">The thing told; may come from people.</param>
public sealed record MailFact(string Label, string Value);
