using AuthServer.Mail.Outbox;

namespace AuthServer.Mail;

/// <summary>A mail as it leaves: one recipient, one text in two forms.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">Neutral: it may show on a locked screen.</param>
/// <param name="Html">The text for people.</param>
/// <param name="Text">The same for programs that show no HTML.</param>
/// <param name="Language">BCP 47 tag of the text.</param>
internal sealed record RenderedMail(string To, string Subject, string Html, string Text, string Language);

/// <summary>Writes the mails of one kind, at the moment they are sent; lives in the leaf that enqueues them.</summary>
internal interface IMailWriter
{
    /// <summary>One of <see cref="MailKinds"/>.</summary>
    string Kind { get; }

    /// <summary>The mail, or null where there is nobody to send it to any more.</summary>
    Task<RenderedMail?> WriteAsync(Domain.OutgoingEmail owed, CancellationToken cancellationToken);
}
