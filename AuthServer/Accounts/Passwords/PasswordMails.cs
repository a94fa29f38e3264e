using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;

namespace AuthServer.Accounts.Passwords;

/// <summary>The link to set a new password; not sent if the address has no account that can sign in.</summary>
internal sealed class ResetPasswordMail(
    AuthDbContext db, UserAccounts accounts, EmailTokenSettings settings, MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ResetPassword;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        if (await db.Users.FindActiveByAddressAsync(owed.Address, cancellationToken) is not { } user)
        {
            return null;
        }

        owed.UserId = user.Id;
        var texts = printer.TextsIn(user.Locale ?? owed.Language);
        var link = links.For(MailPages.ResetPassword, await accounts.GeneratePasswordResetTokenAsync(user), texts, owed.Details());
        return await printer.PrintAsync(user.Email!, texts.ResetPassword(link, settings.ResetLifetime));
    }
}

/// <summary>The notice that the password was changed.</summary>
internal sealed class PasswordChangedMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.PasswordChanged;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        return await printer.PrintAsync(
            owed.Address,
            texts.PasswordChanged(owed.CreatedAt, owed.Details().GetValueOrDefault(EmailOutbox.Ip), links.ForgottenPassword(texts)));
    }
}
