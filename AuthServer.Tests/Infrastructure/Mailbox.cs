using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Infrastructure;

/// <summary>What the owner of a mailbox would receive: the queued mails, rendered as the dispatcher would.</summary>
internal static class Mailbox
{
    /// <summary>
    /// The queued mails of this kind to this address, oldest first, without those that have no recipient any more.
    /// </summary>
    public static async Task<IReadOnlyList<RenderedMail>> MailsAsync(this TestServer server, string kind, string address)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var canonical = EmailAddress.Canonicalize(address);
        var owed = await scope.ServiceProvider.GetRequiredService<AuthDbContext>().OutgoingEmails.AsNoTracking()
            .Where(mail => mail.Kind == kind && (mail.Address == address || mail.Address == canonical))
                .OrderBy(mail => mail.CreatedAt)
                .ToListAsync();
        var writer = scope.ServiceProvider.GetServices<IMailWriter>().Single(writer => writer.Kind == kind);
        var mails = new List<RenderedMail>();
        foreach (var mail in owed)
        {
            if (await writer.WriteAsync(mail, CancellationToken.None) is { } written)
            {
                mails.Add(written);
            }
        }

        return mails;
    }

    /// <summary>The token of the link in the newest mail of this kind.</summary>
    public static async Task<string> MailedTokenAsync(this TestServer server, string kind, string address) =>
        TokenIn((await server.MailsAsync(kind, address))[^1]);

    public static string TokenIn(RenderedMail mail) =>
        mail.Text.Split("token=") is [_, var rest, ..] && rest.Split('&', '\n', ' ')[0].Trim() is { Length: > 0 } token
        ? token
        : throw new InvalidOperationException("There is no link in this mail.");

    /// <summary>A token as the server would mail it now.</summary>
    public static async Task<string> MakeTokenAsync(
        this TestServer server, string purpose, Guid userId, string detail = "", int replica = 0)
    {
        await using var scope = server.ServicesOf(replica).CreateAsyncScope();
        var user =
            await scope.ServiceProvider.GetRequiredService<AuthDbContext>().Users.AsNoTracking().SingleAsync(found => found.Id == userId);
        return server.ServicesOf(replica).GetRequiredService<EmailTokens>().Make(detail.Length > 0 ? $"{purpose}:{detail}" : purpose, user);
    }

    /// <summary>As if the person had used the link.</summary>
    public static Task ProveMailboxAsync(this TestServer server, SignedIn person) =>
        server.Database.ExecuteAsync("UPDATE users SET email_confirmed = true WHERE id = @id", ("id", person.UserId));
}
