using AuthServer.Mail.Outbox;

namespace AuthServer.Mail;

/// <summary>
/// A mail ready to be sent: one recipient, one text as HTML and plain. The subject must be neutral, because it may show on a locked
/// screen; the language is a BCP 47 tag.
/// </summary>
internal sealed record RenderedMail(string To, string Subject, string Html, string Text, string Language);

/// <summary>Writes the mails of one kind when they are sent; lives in the leaf that enqueues them.</summary>
internal interface IMailWriter
{
    /// <summary>One of <see cref="MailKinds"/>.</summary>
    string Kind { get; }

    /// <summary>The mail, or null if there is nobody to send it to any more.</summary>
    Task<RenderedMail?> WriteAsync(Domain.OutgoingEmail owed, CancellationToken cancellationToken);
}
