using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// To the owner of an address that was registered: the link that confirms it, or a notice that it already has an account.
/// </summary>
internal sealed class RegistrationMail(
    AuthDbContext db, UserAccounts accounts, EmailTokenSettings settings, MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.Registration;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        if (await db.Users.FindActiveByAddressAsync(owed.Address, cancellationToken) is not { } user)
        {
            return null;
        }

        owed.UserId = user.Id;
        var texts = printer.TextsIn(user.Locale ?? owed.Language);
        if (user.EmailConfirmed)
        {
            return await printer.PrintAsync(user.Email!, texts.AlreadyRegistered(links.ForgottenPassword(texts)));
        }

        var link = links.For(MailPages.ConfirmEmail, await accounts.GenerateEmailConfirmationTokenAsync(user), texts, owed.Details());
        return await printer.PrintAsync(user.Email!, texts.VerifyEmail(link, settings.VerificationLifetime));
    }
}
