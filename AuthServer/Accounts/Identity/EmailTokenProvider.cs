using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Makes <see cref="EmailTokens"/> available to Identity, for password resets, mailboxes, new addresses and invitations.
/// </summary>
internal sealed class EmailTokenProvider(EmailTokens tokens) : IUserTwoFactorTokenProvider<User>
{
    public const string Name = "EmailLink";

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => Task.FromResult(tokens.Make(purpose, user));

    public Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user) =>
        Task.FromResult(tokens.IsGood(purpose, token, user));

    // Whoever controls the mailbox can reset the password, so a link to it is not a second factor.
    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) => Task.FromResult(false);
}
