using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Mail.Outbox;

/// <summary>A mail that was given up.</summary>
/// <param name="Id">What to give to <c>mail retry</c>.</param>
/// <param name="Kind">Which mail.</param>
/// <param name="Address">Masked.</param>
/// <param name="CreatedAt">When it was enqueued.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">What the mail server said last.</param>
internal sealed record DeadLetter(Guid Id, string Kind, string Address, DateTimeOffset CreatedAt, int Attempts, string? Error);

/// <summary>Mails that were given up: for the operator to look at and, once the reason is gone, to send after all.</summary>
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
    /// Lets them wait to be sent again as if nothing had happened: one, or all where <paramref name="id"/> is null. Answers how many.
    /// </summary>
    public Task<int> RetryAsync(Guid? id, CancellationToken cancellationToken) =>
        db.OutgoingEmails.Where(mail => mail.State == OutgoingEmailState.Dead && (id == null || mail.Id == id)).ExecuteUpdateAsync(
            mail => mail.SetProperty(each => each.State, OutgoingEmailState.Pending).SetProperty(each => each.Attempts, 0)
                .SetProperty(each => each.NextAttemptAt, clock.GetUtcNow()).SetProperty(each => each.FinishedAt, (DateTimeOffset?)null),
            cancellationToken);
}
