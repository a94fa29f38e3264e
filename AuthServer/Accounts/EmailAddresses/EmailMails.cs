using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.EmailAddresses;

/// <summary>The link that confirms a mailbox; to somebody whose mailbox is confirmed, word that there is nothing left to do.</summary>
internal sealed class VerifyEmailMail(
    AuthDbContext db, UserAccounts accounts, EmailTokenSettings settings, MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.VerifyEmail;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var details = owed.Details();
        if (await db.Users.FindActiveByAddressAsync(owed.Address, cancellationToken) is not { } user
            || (user.EmailConfirmed && !details.ContainsKey(EmailOutbox.Asked)))
        {
            return null;
        }

        owed.UserId = user.Id;
        var texts = printer.TextsIn(user.Locale ?? owed.Language);
        if (user.EmailConfirmed)
        {
            return await printer.PrintAsync(user.Email!, texts.AlreadyConfirmed(links.ForgottenPassword(texts)));
        }

        var link = links.For(MailPages.ConfirmEmail, await accounts.GenerateEmailConfirmationTokenAsync(user), texts, details);
        return await printer.PrintAsync(user.Email!, texts.VerifyEmail(link, settings.VerificationLifetime));
    }
}

/// <summary>The link that confirms the new mailbox; if somebody else has the address, they get a notice instead.</summary>
internal sealed class ConfirmNewEmailMail(
    AuthDbContext db, UserAccounts accounts, EmailTokenSettings settings, MailLinks links, MailPrinter printer, TimeProvider clock)
    : IMailWriter
{
    public string Kind => MailKinds.ConfirmNewEmail;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - settings.VerificationLifetime;
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(
            user => user.Id == owed.UserId
                && user.PendingEmailAt > since
                && user.Status == UserStatus.Active, cancellationToken) is not { PendingEmail: { } address } user
            || EmailAddress.Canonicalize(address) != owed.Address)
        {
            return null;
        }

        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(
            other => other.NormalizedEmail == owed.Address && other.Id != user.Id, cancellationToken) is { } owner)
        {
            var theirs = printer.TextsIn(owner.Locale ?? owed.Language);
            return await printer.PrintAsync(owner.Email!, theirs.AlreadyRegistered(links.ForgottenPassword(theirs)));
        }

        var texts = printer.TextsIn(user.Locale ?? owed.Language);
        var link = links.For(MailPages.ConfirmNewEmail, await accounts.GenerateChangeEmailTokenAsync(user, address), texts, owed.Details());
        return await printer.PrintAsync(
            address,
            user.IsAnonymous
                ? texts.VerifyEmail(link, settings.VerificationLifetime)
                : texts.ConfirmNewEmail(link, settings.VerificationLifetime));
    }
}

/// <summary>To the current address: that another was requested.</summary>
internal sealed class EmailChangeRequestedMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.EmailChangeRequested;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(
            owed.Address, printer.TextsIn(owed.Language).EmailChangeRequested(owed.Details()[EmailOutbox.NewAddress], owed.CreatedAt));
}

/// <summary>To the old address: that another has replaced it.</summary>
internal sealed class EmailChangedMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.EmailChanged;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(
            owed.Address, printer.TextsIn(owed.Language).EmailChanged(owed.Details()[EmailOutbox.NewAddress], owed.CreatedAt));
}
