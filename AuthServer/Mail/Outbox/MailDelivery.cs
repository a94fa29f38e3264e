using AuthServer.Domain;
using AuthServer.Mail.Texts;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Persistence;

namespace AuthServer.Mail.Outbox;

/// <summary>Renders a queued mail and hands it to the transport. Tokens are created only here, just before sending.</summary>
internal sealed class MailDelivery(IServiceScopeFactory scopes, MailSender sender, TimeProvider clock, ILogger<MailDelivery> logger)
{
    private readonly Lazy<IReadOnlyCollection<string>> _kinds = new(() =>
    {
        using var scope = scopes.CreateScope();
        return [.. scope.ServiceProvider.GetServices<IMailWriter>().Select(writer => writer.Kind).Distinct(StringComparer.Ordinal)];
    });

    /// <summary>The kinds of mail this version of the server can write.</summary>
    public IReadOnlyCollection<string> Kinds => _kinds.Value;

    public async Task<DeliveryOutcome> DeliverAsync(OutgoingEmail owed, IMailSession session, CancellationToken cancellationToken)
    {
        RenderedMail? mail;
        TenantMailBranding? voice;
        try
        {
            (mail, voice) = await WriteAsync(owed, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !DatabaseFaults.IsUnavailable(exception))
        {
            // Log no message: it may contain anything that is in the mail.
            Log.WritingFailed(logger, owed.Id, owed.Kind, exception.GetType().Name, exception.StackTrace);
            return new DeliveryOutcome.PutOff($"The mail could not be written: {exception.GetType().Name}.");
        }

        return mail is null
            ? new DeliveryOutcome.Dropped()
            : await session.SendAsync(new(mail, sender.MessageIdOf(owed.Id), clock.GetUtcNow(), voice?.SenderName), cancellationToken);
    }

    private async Task<(RenderedMail? Mail, TenantMailBranding? Voice)> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var voice = await TenantMailBranding.OfAsync(owed, scope.ServiceProvider.GetRequiredService<AuthDbContext>(), cancellationToken);
        owed.Language ??= voice?.Locale;
        var mail =
            await scope.ServiceProvider
                .GetServices<IMailWriter>()
                .Last(writer => writer.Kind == owed.Kind)
                .WriteAsync(owed, cancellationToken);
        return (mail, voice);
    }
}
