using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Mail.Outbox;

/// <summary>A mail that was given up. <c>Id</c> is the argument of <c>mail retry</c>; the address is masked.</summary>
internal sealed record DeadLetter(Guid Id, string Kind, string Address, DateTimeOffset CreatedAt, int Attempts, string? Error);

/// <summary>Mails that were given up, for the operator to inspect and, once the cause is fixed, to send again.</summary>
internal sealed class DeadLetters(AuthDbContext db, DatabaseClock clock)
{
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(CancellationToken cancellationToken)
    {
        var dead = await db.OutgoingEmails.AsNoTracking().Where(mail => mail.State == OutgoingEmailState.Dead)
            .OrderBy(mail => mail.CreatedAt).ThenBy(mail => mail.Id).ToListAsync(cancellationToken);
        return [.. dead.Select(
            mail => new DeadLetter(mail.Id, mail.Kind, EmailAddress.Mask(mail.Address), mail.CreatedAt, mail.Attempts, mail.LastError))];
    }

    /// <summary>
    /// Queues one mail again, or all where <paramref name="id"/> is null, with a fresh count of attempts. Returns how many.
    /// </summary>
    public Task<int> RetryAsync(Guid? id, CancellationToken cancellationToken) =>
        db.OutgoingEmails.Where(mail => mail.State == OutgoingEmailState.Dead && (id == null || mail.Id == id)).ExecuteUpdateAsync(
            mail => mail.SetProperty(each => each.State, OutgoingEmailState.Pending).SetProperty(each => each.Attempts, 0)
                .SetProperty(each => each.NextAttemptAt, clock.GetUtcNow()).SetProperty(each => each.FinishedAt, (DateTimeOffset?)null),
            cancellationToken);
}
