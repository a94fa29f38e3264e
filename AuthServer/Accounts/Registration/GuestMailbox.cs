using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// Asks for the mailbox a guest wants to register with. Nobody looks whether the address has an account: that is told, by mail, to
/// whoever has the mailbox; the answer is the same. The proof is that of a new address
/// (<c>Accounts/EmailAddresses/EmailChangeConfirmation</c>).
/// </summary>
internal sealed class GuestMailbox(
    AuthDbContext db, EmailOutbox outbox, UserAccounts accounts, AccountCommit commit, IHostEnvironment environment, TimeProvider clock)
{
    /// <summary>In the open transaction.</summary>
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
