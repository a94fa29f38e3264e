using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Import;

/// <summary>
/// Writes links to set a first password into a file, for people without a password. The link is flushed to disk before the
/// invitation is stored: if the server is killed in between, the link is written again, and none is lost.
/// </summary>
internal sealed class LinkDelivery(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, EmailTokenSettings settings, MailLinks links, MailPrinter printer,
    TimeProvider clock)
{
    public async Task<int> WriteAsync(List<Guid> people, LinkFile file, CancellationToken cancellationToken)
    {
        var waiting =
            await db.Users
                .AsNoTracking()
                .Where(user => people.Contains(user.Id)
                    && user.PasswordHash == null
                    && user.InvitedAt == null
                    && user.Status == UserStatus.Active)
                .ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var user in waiting.OrderBy(user => people.IndexOf(user.Id)))
        {
            var texts = printer.TextsIn(user.Locale);
            var link = links.For(MailPages.Invitation, await accounts.GenerateInvitationTokenAsync(user), texts, NoDetails);
            file.Add(user.Email!, user.FullName, link, now + settings.InvitationLifetime, user.LegacyId);
        }

        file.Save();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ids = waiting.ConvertAll(user => user.Id);
        await accounts.InviteAllAsync(ids, now, cancellationToken);
        foreach (var id in ids)
        {
            db.Audit(
                AuditEvents.UserInvited, now, RequestOrigin.CommandLine, actor: null, id,
                detail: "imported; the link was written to a file");
        }

        await commit.SaveImportedAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }

    private static readonly Dictionary<string, string> NoDetails = [];
}
