using System.Globalization;
using System.Net.Mail;
using System.Net.Mime;

namespace AuthServer.Email;

/// <summary>
/// Mails as files, each with the name of its Message-ID, for Development: they hold links that work, so nobody but the
/// server's own user may read them.
/// </summary>
internal sealed class FolderTransport(EmailSettings settings, MailSender sender) : IMailTransport
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.GetFullPath(settings.Folder!);

    public IMailSession Open() => new Session(this);

    private async Task WriteAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // A mail appears when it is whole.
        var desk = Path.Combine(_folder, $".{Guid.NewGuid():N}");
        foreach (var folder in new[] { _folder, desk })
        {
            CreateForOwner(folder);
        }

        try
        {
            using var writer = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = desk };
            // As it is, so that it can be read without a mail program.
            using var composed = MailMessages.Compose(message, sender, TransferEncoding.EightBit);
            await writer.SendMailAsync(composed, cancellationToken);
            var written = Directory.GetFiles(desk).Single();
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(written, Owner);
            }

            var id = message.MessageId[1..message.MessageId.IndexOf('@', StringComparison.Ordinal)];
            File.Move(written, Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{message.Date.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.eml")), overwrite: true);
        }
        finally
        {
            Directory.Delete(desk, recursive: true);
        }
    }

    private static void CreateForOwner(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        }
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
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SmtpException)
            {
                return new DeliveryOutcome.Unusable(SmtpReply.Shorten(exception.Message));
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
