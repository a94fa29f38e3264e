using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;

namespace AuthServer.Accounts.Registration;

/// <summary>To whoever has the mailbox of an address somebody registered with: the proof, or a word that there is an account already.</summary>
internal sealed class RegistrationMail(AuthDbContext db, UserAccounts accounts, MailedTokenSettings settings, MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.Registration;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        if (await db.Users.FindActiveByAddressAsync(owed.Address, cancellationToken) is not { } user)
        {
            return null;
        }

        var texts = printer.TextsIn(user.Locale ?? owed.Language);
        return await printer.PrintAsync(user.Email!, user.EmailConfirmed
            ? texts.AlreadyRegistered(links.ForgottenPassword(texts))
            : texts.VerifyEmail(links.For(MailPages.ConfirmEmail, await accounts.GenerateEmailConfirmationTokenAsync(user), texts, owed.Details()), settings.VerificationLifetime));
    }
}
