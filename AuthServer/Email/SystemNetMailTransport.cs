using System.Net;
using System.Net.Mail;

namespace AuthServer.Email;

/// <summary>
/// SMTP by the framework's own client: STARTTLS, and AUTH LOGIN. It can do neither implicit TLS nor XOAUTH2, goes on without
/// having signed in if its password is refused, and tells the recipient's refusals from the sender's by a few codes only:
/// whatever it leaves in doubt costs a mail a try and not its life. For all of that there is MailKit's.
/// </summary>
internal sealed class SystemNetMailTransport(EmailSettings settings, MailSender sender, MailTimeouts timeouts) : IMailTransport
{
    public IMailSession Open() => new Session(settings, sender, timeouts);

    private sealed class Session(EmailSettings settings, MailSender sender, MailTimeouts timeouts) : IMailSession
    {
        // What servers say to somebody who is not signed in, where they do not use the code for it.
        private static readonly string[] SignedOutWords = [" 5.7.", "authent", "relay"];

        private SmtpClient? _client;
        private bool _hasSent;

        public async Task<DeliveryOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            var stage = SmtpStage.Sender;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(timeouts.Mail);
            try
            {
                using var composed = MailMessages.Compose(message, sender, encoding: null, whenRead: () => stage = SmtpStage.Content);
                // Not waiting for the client to notice: it is deaf while it connects.
                await (_client ??= Connect()).SendMailAsync(composed, patience.Token).WaitAsync(patience.Token);
                _hasSent = true;
                return new DeliveryOutcome.Sent();
            }
            catch (FormatException exception)
            {
                return new DeliveryOutcome.Refused(SmtpReply.Shorten(exception.Message));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is SmtpException or OperationCanceledException or InvalidOperationException)
            {
                var outcome = Judge(exception, stage);
                await DisposeAsync();
                return outcome;
            }
        }

        public ValueTask DisposeAsync()
        {
            // Says goodbye where there is somebody to say it to.
            _client?.Dispose();
            (_client, _hasSent) = (null, false);
            return ValueTask.CompletedTask;
        }

        private SmtpClient Connect() => new(settings.Host, settings.EffectivePort)
        {
            // Demands STARTTLS, and checks the certificate against the machine's authorities and the host's name.
            EnableSsl = settings.Security == SmtpSecurity.StartTls,
            Credentials = string.IsNullOrEmpty(settings.User) ? null : new NetworkCredential(settings.User, settings.Password),
        };

        private DeliveryOutcome Judge(Exception exception, SmtpStage stage)
        {
            if (exception is not SmtpException refusal)
            {
                return SmtpReply.Judge(0, stage, $"No answer within {timeouts.Mail.TotalSeconds:0} seconds.");
            }

            var reason = string.Join(' ', Chain(refusal).Select(part => part.Message));
            var outcome = SmtpReply.Judge(Math.Max(0, (int)refusal.StatusCode), refusal is SmtpFailedRecipientException ? SmtpStage.Recipient : stage, reason);
            return outcome is DeliveryOutcome.Refused && MayBeSignedOut(reason) ? new DeliveryOutcome.PutOff(SmtpReply.Shorten(reason)) : outcome;
        }

        // Then the refusal is the password's fault, not this mail's.
        private bool MayBeSignedOut(string reason) =>
            !_hasSent && !string.IsNullOrEmpty(settings.User) && SignedOutWords.Any(word => reason.Contains(word, StringComparison.OrdinalIgnoreCase));

        private static IEnumerable<Exception> Chain(Exception exception)
        {
            for (var part = exception; part is not null; part = part.InnerException)
            {
                yield return part;
            }
        }
    }
}
