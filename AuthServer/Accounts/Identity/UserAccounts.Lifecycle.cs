using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

// Account operations that Identity does not have.
internal sealed partial class UserAccounts
{
    public async Task<User> AddAsync(NewUser wanted)
    {
        var user = wanted.Make(clock.GetUtcNow());
        Ensure(await CreateAsync(user));
        return user;
    }

    /// <summary>Creates a guest account.</summary>
    public async Task<User> AddGuestAsync(string? locale)
    {
        var guest = User.Guest(locale, clock.GetUtcNow());
        Ensure(await CreateAsync(guest));
        return guest;
    }

    /// <summary>
    /// The account's current state, locked until the open transaction ends: a concurrent sign-in happens entirely before or after
    /// the change. Null if it is gone.
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

    /// <summary>Registers a guest at once.</summary>
    public Task RegisterGuestAsync(User guest, NewUser wanted)
    {
        guest.Register(wanted.Email, wanted.PasswordHash!, wanted.UserName, wanted.FullName, wanted.Locale);
        return ChangedAsync(guest);
    }

    /// <summary>Stores a guest's registration until the mailbox is confirmed.</summary>
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

    /// <summary>
    /// The same for many accounts, in the open transaction; people who have set a password meanwhile are skipped.
    /// </summary>
    public Task InviteAllAsync(IReadOnlyCollection<Guid> users, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Users.Where(user => users.Contains(user.Id) && user.PasswordHash == null)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.InvitedAt, now), cancellationToken);

    /// <summary>Invalidates links that were mailed before.</summary>
    public Task InviteAgainAsync(User user)
    {
        (user.InvitedAt, user.SecurityStamp) = (clock.GetUtcNow(), User.NewStamp());
        return ChangedAsync(user);
    }

    /// <summary>The new address takes effect when its mailbox is confirmed.</summary>
    public Task AskForEmailAsync(User user, EmailAddress address)
    {
        user.AskForEmail(address, clock.GetUtcNow());
        return ChangedAsync(user);
    }

    /// <summary>The same at staff's request, who have made sure who asks: the link in the mail to it is enough.</summary>
    public Task VouchForEmailAsync(User user, EmailAddress address)
    {
        user.VouchForEmail(address, clock.GetUtcNow());
        return ChangedAsync(user);
    }

    /// <summary>Nobody has used the address yet. Invalidates links that were mailed to the one before.</summary>
    public Task CorrectInvitationAsync(User user, EmailAddress address)
    {
        user.Email = address.Address;
        return InviteAgainAsync(user);
    }

    public Task ForgetPendingEmailAsync(User user)
    {
        user.ForgetPendingEmail();
        return ChangedAsync(user);
    }

    public Task DisableAsync(User user, string reason, DateTimeOffset? until, Guid? tenantId)
    {
        user.Disable(reason, until, tenantId);
        // Links mailed before must not work again when the account is enabled.
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

    /// <summary>Marks the account for erasure and invalidates links mailed before.</summary>
    public Task CloseAsync(User user, DateTimeOffset erasureDueAt)
    {
        user.ErasureDueAt = erasureDueAt;
        Renew(user);
        return ChangedAsync(user);
    }

    private async Task ChangedAsync(User user) => Ensure(await UpdateUserAsync(user));

    // Requests were validated before, so an error here is a bug.
    private static void Ensure(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"The account is invalid: {result}.");
        }
    }
}
