using System.Globalization;
using MimeKit;

namespace AuthServer.Mail.Transport;

/// <summary>
/// Writes mails as files named after their Message-ID, for Development. They contain working links, so only the server's own user
/// may read them.
/// </summary>
internal sealed class FolderTransport(EmailSettings settings, MailSender sender) : IMailTransport
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly FormatOptions Form = MakeForm();

    private readonly string _folder = Path.GetFullPath(settings.Folder!);

    public IMailSession Open() => new Session(this);

    private async Task WriteAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // Unencoded, so that the file is readable without a mail program.
        using var composed = MimeMessages.Compose(message, sender, ContentEncoding.EightBit);
        CreateFolder();
        // Rename when complete, so that nobody reads half a mail.
        var draft = Path.Combine(_folder, $".{Guid.NewGuid():N}");
        try
        {
            await using (var file = new FileStream(draft, ForOwner()))
            {
                await composed.WriteToAsync(Form, file, cancellationToken);
            }

            File.Move(draft, Path.Combine(_folder, NameOf(message)), overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
        }
        else
        {
            Directory.CreateDirectory(_folder, Owner | UnixFileMode.UserExecute);
        }
    }

    private static FileStreamOptions ForOwner()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        return options;
    }

    private static string NameOf(OutgoingMessage message)
    {
        var id = message.MessageId[1..message.MessageId.IndexOf('@', StringComparison.Ordinal)];
        return string.Create(CultureInfo.InvariantCulture, $"{message.Date.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.eml");
    }

    private static FormatOptions MakeForm()
    {
        var form = FormatOptions.Default.Clone();
        form.NewLineFormat = NewLineFormat.Dos;
        return form;
    }

    private sealed class Session(FolderTransport transport) : IMailSession
    {
        public async Task<DeliveryOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            try
            {
                await transport.WriteAsync(message, cancellationToken);
                return new DeliveryOutcome.Sent();
            }
            catch (FormatException exception)
            {
                return new DeliveryOutcome.Refused(SmtpReply.Shorten(exception.Message));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return new DeliveryOutcome.Unusable(SmtpReply.Shorten(exception.Message));
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
