#if USE_MAILKIT
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AuthServer.Email;

/// <summary>SMTP by MailKit: STARTTLS or implicit TLS, and whatever way of signing in the server prefers, XOAUTH2 included.</summary>
internal sealed class MailKitTransport(EmailSettings settings, MailSender sender, MailTimeouts timeouts) : IMailTransport
{
    public IMailSession Open() => new Session(settings, sender, timeouts);

    private sealed class Session(EmailSettings settings, MailSender sender, MailTimeouts timeouts) : IMailSession
    {
        private SmtpClient? _client;

        public async Task<DeliveryOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            var stage = SmtpStage.Connecting;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(timeouts.Mail);
            try
            {
                using var composed = MimeMessages.Compose(message, sender);
                var client = await ConnectAsync(patience.Token);
                stage = SmtpStage.Sender;
                await client.SendAsync(composed, patience.Token, new Progress(() => stage = SmtpStage.Content));
                return new DeliveryOutcome.Sent();
            }
            catch (FormatException exception)
            {
                return new DeliveryOutcome.Refused(SmtpReply.Shorten(exception.Message));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                await HangUpAsync(quit: false);
                return Judge(exception, stage);
            }
        }

        public async ValueTask DisposeAsync() => await HangUpAsync(quit: true);

        private async Task<SmtpClient> ConnectAsync(CancellationToken cancellationToken)
        {
            if (_client is not null)
            {
                return _client;
            }

            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(timeouts.Connecting);
            // As everywhere else in the framework: the names and dates are checked, the authorities' lists of revoked certificates are not.
            _client = new SmtpClient { CheckCertificateRevocation = false };
            await _client.ConnectAsync(settings.Host, settings.EffectivePort, settings.Security switch
            {
                SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
                SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
                _ => SecureSocketOptions.None,
            }, patience.Token);
            if (!string.IsNullOrEmpty(settings.AccessToken))
            {
                await _client.AuthenticateAsync(new SaslMechanismOAuth2(settings.User, settings.AccessToken), patience.Token);
            }
            else if (!string.IsNullOrEmpty(settings.User))
            {
                await _client.AuthenticateAsync(settings.User, settings.Password, patience.Token);
            }

            return _client;
        }

        private async Task HangUpAsync(bool quit)
        {
            if (_client is { } client)
            {
                _client = null;
                using (client)
                {
                    using var patience = new CancellationTokenSource(timeouts.Connecting);
                    // Nothing depends on how it says goodbye.
                    await client.DisconnectAsync(quit, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }

        private static DeliveryOutcome Judge(Exception exception, SmtpStage stage) => exception switch
        {
            ServiceNotAuthenticatedException => new DeliveryOutcome.Unusable(SmtpReply.Shorten(exception.Message)),
            SmtpCommandException refusal when stage != SmtpStage.Connecting => SmtpReply.Judge((int)refusal.StatusCode, refusal.ErrorCode switch
            {
                SmtpErrorCode.RecipientNotAccepted => SmtpStage.Recipient,
                SmtpErrorCode.MessageNotAccepted => SmtpStage.Content,
                _ => SmtpStage.Sender,
            }, refusal.Message),
            OperationCanceledException => SmtpReply.Judge(0, stage, "No answer in time."),
            _ => SmtpReply.Judge(0, stage, exception.Message),
        };
    }

    private sealed class Progress(Action begun) : ITransferProgress
    {
        public void Report(long bytesTransferred, long totalSize) => begun();

        public void Report(long bytesTransferred) => begun();
    }

    private static class MimeMessages
    {
        public static MimeMessage Compose(OutgoingMessage message, MailSender sender)
        {
            var mail = message.Mail;
            var composed = new MimeMessage
            {
                MessageId = message.MessageId.Trim('<', '>'),
                Date = message.Date,
                Subject = HeaderText.Clean(mail.Subject),
                Body = new MultipartAlternative { Part("plain", mail.Text), Part("html", mail.Html) },
            };
            composed.From.Add(new MailboxAddress(sender.NameOn(message), sender.Address));
            composed.To.Add(new MailboxAddress("", mail.To));
            composed.Headers.Add("Auto-Submitted", "auto-generated");
            composed.Headers.Add("Content-Language", HeaderText.Clean(mail.Language));
            return composed;
        }

        private static TextPart Part(string subtype, string text) => new(subtype)
        {
            Text = text.ReplaceLineEndings("\r\n"),
            ContentTransferEncoding = MailMessages.IsMostlyAscii(text) ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64,
        };
    }
}
#endif
