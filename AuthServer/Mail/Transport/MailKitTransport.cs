using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AuthServer.Mail.Transport;

/// <summary>
/// SMTP by MailKit: STARTTLS or implicit TLS, and the authentication mechanism the server prefers, XOAUTH2 included.
/// </summary>
internal sealed class MailKitTransport(EmailSettings settings, MailSender sender, MailTimeouts timeouts, TimeProvider clock)
    : IMailTransport
{
    public IMailSession Open() => new Session(settings, sender, timeouts, clock);

    private sealed class Session(EmailSettings settings, MailSender sender, MailTimeouts timeouts, TimeProvider clock) : IMailSession
    {
        private SmtpClient? _client;
        private SmtpStage _stage;

        public async Task<DeliveryOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
        {
            try
            {
                using var composed = MimeMessages.Compose(message, sender);
                return await SendAsync(composed, cancellationToken);
            }
            catch (FormatException exception)
            {
                return new DeliveryOutcome.Refused(SmtpReply.Shorten(exception.Message));
            }
        }

        public async ValueTask DisposeAsync() => await HangUpAsync(quit: true);

        private async Task<DeliveryOutcome> SendAsync(MimeMessage composed, CancellationToken cancellationToken)
        {
            using var late = new CancellationTokenSource(timeouts.Mail, clock);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
            try
            {
                _stage = SmtpStage.Connecting;
                var client = _client ?? await ConnectAsync(timeout.Token);
                _stage = SmtpStage.Sender;
                await client.SendAsync(composed, timeout.Token);
                return new DeliveryOutcome.Sent();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                await HangUpAsync(quit: false);
                return Judge(exception);
            }
        }

        private async Task<SmtpClient> ConnectAsync(CancellationToken cancellationToken)
        {
            using var late = new CancellationTokenSource(timeouts.Connecting, clock);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
            // As elsewhere in .NET by default: names and dates of certificates are checked, revocation lists are not.
            _client = new Client(() => _stage = SmtpStage.Mail) { CheckCertificateRevocation = false };
            await _client.ConnectAsync(settings.Host!, settings.EffectivePort, Security, timeout.Token);
            if (!string.IsNullOrEmpty(settings.User))
            {
                await SignInAsync(_client, settings.User, timeout.Token);
            }

            return _client;
        }

        private SecureSocketOptions Security => settings.Security switch
        {
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        };

        private Task SignInAsync(SmtpClient client, string user, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(settings.AccessToken)
                ? client.AuthenticateAsync(user, settings.Password ?? "", cancellationToken)
                : client.AuthenticateAsync(new SaslMechanismOAuth2(user, settings.AccessToken), cancellationToken);

        private async Task HangUpAsync(bool quit)
        {
            using var client = _client;
            _client = null;
            using var timeout = new CancellationTokenSource(timeouts.Connecting, clock);
            // A failed QUIT changes nothing.
            var farewell = client?.DisconnectAsync(quit, timeout.Token) ?? Task.CompletedTask;
            await farewell.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private DeliveryOutcome Judge(Exception exception) => exception switch
        {
            ServiceNotAuthenticatedException => SmtpReply.Judge(0, SmtpStage.Connecting, WithoutSecrets(exception.Message)),
            SmtpCommandException refusal => SmtpReply.Judge((int)refusal.StatusCode, _stage, WithoutSecrets(refusal.Message)),
            OperationCanceledException => SmtpReply.Judge(0, _stage, "No answer in time."),
            _ => SmtpReply.Judge(0, _stage, WithoutSecrets(exception.Message)),
        };

        // Some servers echo the line they reject.
        private string WithoutSecrets(string reply) =>
            Secrets().Aggregate(reply, (text, secret) => text.Replace(secret, "•••", StringComparison.Ordinal));

        private IEnumerable<string> Secrets() =>
            from secret in new[] { settings.Password, settings.AccessToken }
            where !string.IsNullOrEmpty(secret)
            from form in FormsOf(secret)
            select form;

        // Encoded as LOGIN, PLAIN and XOAUTH2 send it, and in the clear.
        private IEnumerable<string> FormsOf(string secret) =>
        [
            Base64(secret),
            Base64($"\0{settings.User}\0{secret}"),
            Base64($"user={settings.User}\u0001auth=Bearer {secret}\u0001\u0001"),
            secret,
        ];

        private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    // MailKit's hook after the server accepted the sender: any later refusal concerns this mail.
    private sealed class Client(Action senderAccepted) : SmtpClient
    {
        protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) => senderAccepted();
    }
}
