using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Identity's user manager, and the only way to change an account; <see cref="AccountCommit"/> saves the changes. Passwords are
/// hashed behind the gate. Using a mailed link renews the security stamp, which invalidates all others.
/// </summary>
internal sealed partial class UserAccounts(
    IUserStore<User> store,
    IOptions<IdentityOptions> options,
    IPasswordHasher<User> hasher,
    IEnumerable<IUserValidator<User>> userValidators,
    IEnumerable<IPasswordValidator<User>> passwordValidators,
    ILookupNormalizer normalizer,
    IdentityErrorDescriber errors,
    IServiceProvider services,
    ILogger<UserManager<User>> logger,
    AuthDbContext db,
    PasswordHashing hashing,
    EmailTokens tokens,
    TimeProvider clock)
    : AspNetUserManager<User>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    /// <summary>
    /// Verifies behind the gate, without throttling: for passwords that people enter, use <see cref="PasswordReauthentication"/>.
    /// </summary>
    public override async Task<bool> CheckPasswordAsync(User user, string password) =>
        await hashing.VerifyAsync(user.PasswordHash, password, CancellationToken) != PasswordVerificationResult.Failed;

    /// <summary>Sets a password for somebody who has been authenticated, unless the policy refuses it.</summary>
    public async Task<IdentityResult> SetPasswordAsync(User user, string newPassword) =>
        await UpdatePasswordHash(user, newPassword, validatePassword: true) is { Succeeded: false } refused
            ? refused
            : await UpdateUserAsync(user);

    /// <summary>Sets a password with a link: a reset or, with an invitation, the first password.</summary>
    public override async Task<IdentityResult> ResetPasswordAsync(User user, string token, string newPassword)
    {
        if (!await IsGoodAsync(user, ResetPasswordTokenPurpose, token) && !await IsGoodAsync(user, EmailTokens.Invitation, token))
        {
            return IdentityResult.Failed(ErrorDescriber.InvalidToken());
        }

        if (await UpdatePasswordHash(user, newPassword, validatePassword: true) is { Succeeded: false } refused)
        {
            return refused;
        }

        // The new password was required because somebody may know the old one; the link went to the mailbox.
        (user.MustResetPassword, user.EmailConfirmed) = (false, true);
        return await UpdateUserAsync(user);
    }

    public override Task<IdentityResult> ConfirmEmailAsync(User user, string token) => ConfirmEmailAsync(user, token, newPassword: null);

    /// <summary>Confirms the mailbox, and sets a password if the owner of the mailbox did not register the account.</summary>
    public async Task<IdentityResult> ConfirmEmailAsync(User user, string token, string? newPassword)
    {
        if (!await IsGoodAsync(user, ConfirmEmailTokenPurpose, token))
        {
            return IdentityResult.Failed(ErrorDescriber.InvalidToken());
        }

        if (newPassword is not null)
        {
            if (await UpdatePasswordHash(user, newPassword, validatePassword: true) is { Succeeded: false } refused)
            {
                return refused;
            }

            user.MustResetPassword = false;
        }

        user.EmailConfirmed = true;
        Renew(user);
        return await UpdateUserAsync(user);
    }

    /// <summary>Makes the confirmed address that of the account; a guest becomes a person.</summary>
    public override async Task<IdentityResult> ChangeEmailAsync(User user, string newEmail, string token)
    {
        if (!await IsGoodAsync(user, GetChangeEmailTokenPurpose(newEmail), token))
        {
            return IdentityResult.Failed(ErrorDescriber.InvalidToken());
        }

        (user.Email, user.EmailConfirmed, user.IsAnonymous) = (newEmail, true, false);
        Renew(user);
        return await UpdateUserAsync(user);
    }

    public Task<string> GenerateInvitationTokenAsync(User user) =>
        GenerateUserTokenAsync(user, EmailTokenProvider.Name, EmailTokens.Invitation);

    /// <summary>The account of a password-reset or invitation link, if it would be accepted now.</summary>
    public async Task<User?> FindByPasswordTokenAsync(string? token) =>
        await FindByTokenAsync(token, ResetPasswordTokenPurpose) ?? await FindByTokenAsync(token, EmailTokens.Invitation);

    /// <summary>The account whose mailbox this confirms, if it would be accepted now.</summary>
    public async Task<User?> FindByConfirmationTokenAsync(string? token) =>
        await FindByTokenAsync(token, ConfirmEmailTokenPurpose) is { EmailConfirmed: false } user ? user : null;

    /// <summary>Whether a mailed link, of any age, confirms what is confirmed already: it was opened again.</summary>
    public async Task<bool> IsAlreadyConfirmedAsync(string use, string? token) =>
        tokens.ReadAtAnyAge(use, token) is { } read
        && await db.Users.AnyAsync(
            user => user.Id == read.UserId && user.Status == UserStatus.Active && user.EmailConfirmed
                && (read.NewEmail == "" || user.Email == read.NewEmail), CancellationToken);

    /// <summary>The account whose new mailbox this confirms, if it would be accepted now.</summary>
    public async Task<User?> FindByNewEmailTokenAsync(string? token) =>
        tokens.Read(EmailTokens.ChangeEmail, token) is { } read
        && await FindByTokenAsync(token, GetChangeEmailTokenPurpose(read.NewEmail)) is { } user
        && (!user.MustResetPassword || user.IsPendingEmailVouched)
        && user.PendingEmail == read.NewEmail
            ? user
            : null;

    protected override async Task<IdentityResult> UpdatePasswordHash(User user, string? newPassword, bool validatePassword)
    {
        if (validatePassword && await ValidatePasswordAsync(user, newPassword) is { Succeeded: false } refused)
        {
            return refused;
        }

        user.PasswordHash = newPassword is null ? null : await hashing.HashAsync(newPassword, CancellationToken);
        // With a password set, the invitation is accepted.
        user.InvitedAt = newPassword is null ? user.InvitedAt : null;
        Renew(user);
        return IdentityResult.Success;
    }

    private async Task<User?> FindByTokenAsync(string? token, string purpose) =>
        tokens.Read(purpose, token) is { } read
        && await db.Users.SingleOrDefaultAsync(found => found.Id == read.UserId, CancellationToken) is { Status: UserStatus.Active } user
        && await IsGoodAsync(user, purpose, token!)
            ? user
            : null;

    private Task<bool> IsGoodAsync(User user, string purpose, string token) =>
        VerifyUserTokenAsync(user, EmailTokenProvider.Name, purpose, token);

    // Somebody with the old password may have requested a new address, even after the row was read, so the columns are always
    // written.
    private void Renew(User user)
    {
        user.SecurityStamp = User.NewStamp();
        user.ForgetPendingEmail();
        var entry = db.Entry(user);
        entry.Property(changed => changed.PendingEmail).IsModified = true;
        entry.Property(changed => changed.PendingEmailAt).IsModified = true;
    }
}
