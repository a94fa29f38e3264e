using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// Requests confirmation of the mailbox a guest wants to register with. Whether the address has an account is only disclosed by
/// mail to its owner; the response is the same. The confirmation works like that of a new address
/// (<c>Accounts/EmailAddresses/EmailChangeConfirmation</c>).
/// </summary>
internal sealed class GuestMailbox(
    AuthDbContext db, EmailOutbox outbox, UserAccounts accounts, AccountCommit commit, IHostEnvironment environment, TimeProvider clock)
{
    /// <summary>Runs in the open transaction.</summary>
    public async Task<RegistrationOutcome> AskAsync(
        User guest, NewAccount account, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var (now, request) = (clock.GetUtcNow(), account.Request);
        await accounts.HoldRegistrationAsync(guest, account.Wanted);
        db.Audit(AuditEvents.EmailChangeRequested, now, origin, guest.Id, guest.Id, reason: "guest_registers");
        await commit.SaveLockedAsync(cancellationToken);
        await outbox.RequestAsync(
            MailKinds.ConfirmNewEmail, guest.Id, account.Email.Canonical, request.Locale ?? request.AskedIn,
            MailLinks.Data(request.Link), db.Connection(), cancellationToken);
        return new RegistrationOutcome.MailSent(environment.IsDevelopment()
            ? await accounts.GenerateChangeEmailTokenAsync(guest, account.Email.Address)
            : null);
    }
}
