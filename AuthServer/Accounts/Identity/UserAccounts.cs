using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Identity's manager of users, and the one way to change an account: what it changes, <see cref="AccountCommit"/> saves. Passwords
/// are hashed behind the gate; a mailed link renews the security stamp, which ends every other one.
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
    /// <summary>Compares behind the gate, without throttling: to ask a person, use <see cref="PasswordReauthentication"/>.</summary>
    public override async Task<bool> CheckPasswordAsync(User user, string password) =>
        await hashing.VerifyAsync(user.PasswordHash, password, CancellationToken) != PasswordVerificationResult.Failed;

    /// <summary>Sets a password for somebody who has been authenticated, unless the policy refuses it.</summary>
    public async Task<IdentityResult> SetPasswordAsync(User user, string newPassword) =>
        await UpdatePasswordHash(user, newPassword, validatePassword: true) is { Succeeded: false } refused
            ? refused
            : await UpdateUserAsync(user);

    /// <summary>Sets a password with a link: after it was forgotten, or, with an invitation, the first.</summary>
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

        // Whoever knows the old one may be the reason why a new one was required; the link went to the mailbox.
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

    /// <summary>Makes the address that the link confirms that of the account; a guest becomes a person.</summary>
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

    /// <summary>The account whose new mailbox this confirms, if it would be accepted now.</summary>
    public async Task<User?> FindByNewEmailTokenAsync(string? token) =>
        tokens.Read(EmailTokens.ChangeEmail, token) is { } read
        && await FindByTokenAsync(token, GetChangeEmailTokenPurpose(read.NewEmail)) is { MustResetPassword: false } user
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
        // Whoever has a password has accepted the invitation.
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

    // Whoever had the old password may have asked for an address of their own: also since the row was read, so it is written either way.
    private void Renew(User user)
    {
        user.SecurityStamp = User.NewStamp();
        user.ForgetPendingEmail();
        var entry = db.Entry(user);
        entry.Property(changed => changed.PendingEmail).IsModified = true;
        entry.Property(changed => changed.PendingEmailAt).IsModified = true;
    }
}
