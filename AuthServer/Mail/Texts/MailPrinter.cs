using AuthServer.Mail.Transport;
using AuthServer.Platform.Web;

namespace AuthServer.Mail.Texts;

/// <summary>Renders a mail as HTML and as plain text.</summary>
internal sealed class MailPrinter(ComponentRenderer renderer, EmailSettings settings)
{
    /// <summary>The texts in the best match for a BCP 47 tag.</summary>
    public MailTexts TextsIn(string? language) => MailTexts.For(language, settings.FromName, settings.Contact);

    public async Task<RenderedMail> PrintAsync(string to, MailContent content)
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(MailDocument.Content)] = content };
        return new(to, content.Subject, await renderer.RenderAsync<MailDocument>(parameters), PlainText.Of(content), content.Language);
    }
}
