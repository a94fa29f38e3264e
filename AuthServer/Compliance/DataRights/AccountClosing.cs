using System.Globalization;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.DataRights;

internal abstract record ClosingOutcome
{
    private ClosingOutcome()
    {
    }

    public sealed record Closed(DateTimeOffset ErasureDueAt) : ClosingOutcome;

    public sealed record NotReauthenticated(ReauthenticationRefusal Refusal) : ClosingOutcome;

    public sealed record LastAdmin : ClosingOutcome;

    /// <summary>The account was changed concurrently.</summary>
    public sealed record ConcurrentlyChanged : ClosingOutcome;
}

/// <summary>
/// Schedules an account for erasure after a grace period: sessions and API keys end at once, and only a sign-in reopens the
/// account. A guest has no way to sign in, and so no grace period.
/// </summary>
internal sealed class AccountClosing(
    AuthDbContext db, UserAccounts accounts, PasswordReauthentication passwords, AccountCommit commit, LastAdminGuard guard,
    AccessTermination access, ErasureSettings settings, TimeProvider clock)
{
    public async Task<ClosingOutcome> CloseAsync(Caller caller, string? password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(found => found.Id == caller.UserId, cancellationToken) is not { } user)
        {
            return new ClosingOutcome.ConcurrentlyChanged();
        }

        if (user.PasswordHash is not null && await passwords.CheckAsync(
            user, password, AuditEvents.ErasureRequested, caller, origin, cancellationToken) is { } refusal)
        {
            return new ClosingOutcome.NotReauthenticated(refusal);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await accounts.LockAsync(user.Id, cancellationToken) is not { Status: UserStatus.Active } held
            || held.SecurityStamp != user.SecurityStamp)
        {
            return new ClosingOutcome.ConcurrentlyChanged();
        }

        // Check this before reading the person's roles: while this waits for the lock, they may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);

        if (!isAnotherLeft && await IsAdminAsync(user.Id, cancellationToken))
        {
            await commit.RecordRefusalAsync(
                AuditEvents.ErasureRequested, origin, caller.UserId, caller.SessionId, ErrorCodes.LastAdmin.Code);
            await transaction.CommitAsync(CancellationToken.None);
            return new ClosingOutcome.LastAdmin();
        }

        var due = held.IsAnonymous ? clock.GetUtcNow() : clock.GetUtcNow() + settings.Grace;
        await accounts.CloseAsync(held, due);
        Task<IReadOnlyList<Guid>> EndAsync() =>
            access.EndAsync(held.Id, RevocationReason.ErasureRequested, origin, by: null, cancellationToken);
        var update = UpdateOf(held, due, caller, EndAsync);
        return await commit.CommitAsync(held, update, origin, cancellationToken) is AccountCommitOutcome.Saved
            ? new ClosingOutcome.Closed(due)
            : new ClosingOutcome.ConcurrentlyChanged();
    }

    private static AccountUpdate UpdateOf(User user, DateTimeOffset due, Caller caller, Func<Task<IReadOnlyList<Guid>>> end) =>
        new(AuditEvents.ErasureRequested)
        {
            SessionId = caller.SessionId,
            Notice = user.EmailConfirmed ? new(MailKinds.ErasureRequested, user.Email!, Until(due)) : null,
            Also = end,
        };

    private static Dictionary<string, string> Until(DateTimeOffset due) =>
        new(StringComparer.Ordinal) { [EmailOutbox.Until] = due.ToString("O", CultureInfo.InvariantCulture) };

    private Task<bool> IsAdminAsync(Guid userId, CancellationToken cancellationToken)
    {
        var role = Role.IdOf(Role.Admin);
        return db.UserRoles.AnyAsync(held => held.UserId == userId && held.RoleId == role, cancellationToken);
    }
}
