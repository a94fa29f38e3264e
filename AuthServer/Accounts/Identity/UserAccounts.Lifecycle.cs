using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

// What happens to accounts that Identity knows nothing of.
internal sealed partial class UserAccounts
{
    public async Task<User> AddAsync(NewUser wanted)
    {
        var user = wanted.Make(clock.GetUtcNow());
        Ensure(await CreateAsync(user));
        return user;
    }

    /// <summary>An account for somebody unknown: a guest.</summary>
    public async Task<User> AddGuestAsync(string? locale)
    {
        var guest = User.Guest(locale, clock.GetUtcNow());
        Ensure(await CreateAsync(guest));
        return guest;
    }

    /// <summary>
    /// The account as it is now, locked until the open transaction ends: a concurrent sign-in comes before the change or after it. Null
    /// if it is gone.
    /// </summary>
    public async Task<User?> LockAsync(Guid userId, CancellationToken cancellationToken)
    {
        await RowLock.UserAsync(db, userId, cancellationToken);
        if (db.Users.Local.FindEntry(userId) is { } readBefore)
        {
            await readBefore.ReloadAsync(cancellationToken);
        }

        return await db.Users.FindAsync([userId], cancellationToken);
    }

    /// <summary>The guest registers, with these details from now on.</summary>
    public Task RegisterGuestAsync(User guest, NewUser wanted)
    {
        guest.Register(wanted.Email, wanted.PasswordHash!, wanted.UserName, wanted.FullName, wanted.Locale);
        return ChangedAsync(guest);
    }

    /// <summary>The same for a guest who stays one until the mailbox is confirmed.</summary>
    public Task HoldRegistrationAsync(User guest, NewUser wanted)
    {
        guest.AskToRegister(wanted.Email, wanted.PasswordHash!, wanted.UserName, wanted.FullName, wanted.Locale, clock.GetUtcNow());
        return ChangedAsync(guest);
    }

    public Task InviteAsync(User user)
    {
        user.InvitedAt = clock.GetUtcNow();
        return ChangedAsync(user);
    }

    /// <summary>The same for many at once, in the open transaction; people who have set a password meanwhile are skipped.</summary>
    public Task InviteAllAsync(IReadOnlyCollection<Guid> users, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Users.Where(user => users.Contains(user.Id) && user.PasswordHash == null)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.InvitedAt, now), cancellationToken);

    /// <summary>What was mailed before no longer works.</summary>
    public Task InviteAgainAsync(User user)
    {
        (user.InvitedAt, user.SecurityStamp) = (clock.GetUtcNow(), User.NewStamp());
        return ChangedAsync(user);
    }

    /// <summary>It takes effect when its mailbox is confirmed.</summary>
    public Task AskForEmailAsync(User user, EmailAddress address)
    {
        user.AskForEmail(address, clock.GetUtcNow());
        return ChangedAsync(user);
    }

    public Task ForgetPendingEmailAsync(User user)
    {
        user.ForgetPendingEmail();
        return ChangedAsync(user);
    }

    public Task DisableAsync(User user, string reason, DateTimeOffset? until, Guid? tenantId)
    {
        user.Disable(reason, until, tenantId);
        // What was mailed before must not work again when the account does.
        user.SecurityStamp = User.NewStamp();
        return ChangedAsync(user);
    }

    public Task EnableAsync(User user)
    {
        user.Enable();
        return ChangedAsync(user);
    }

    public Task ChangeProfileAsync(User user, ProfileRequest request)
    {
        request.ApplyTo(user);
        return ChangedAsync(user);
    }

    public async Task ReplaceRolesAsync(User user, IReadOnlyCollection<string> before, IReadOnlyCollection<string> after)
    {
        Ensure(await RemoveFromRolesAsync(user, before.Except(after, StringComparer.Ordinal)));
        Ensure(await AddToRolesAsync(user, after.Except(before, StringComparer.Ordinal)));
    }

    /// <summary>Marks it for erasure; links mailed before no longer work.</summary>
    public Task CloseAsync(User user, DateTimeOffset erasureDueAt)
    {
        user.ErasureDueAt = erasureDueAt;
        Renew(user);
        return ChangedAsync(user);
    }

    private async Task ChangedAsync(User user) => Ensure(await UpdateUserAsync(user));

    // Requests are looked at before they come here: what is wrong now is a mistake of ours.
    private static void Ensure(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"An account cannot be like this: {result}.");
        }
    }
}
