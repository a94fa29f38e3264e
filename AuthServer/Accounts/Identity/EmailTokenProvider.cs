using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

/// <summary>Gives <see cref="EmailTokens"/> to Identity, for new passwords, mailboxes, new addresses and invitations.</summary>
internal sealed class EmailTokenProvider(EmailTokens tokens) : IUserTwoFactorTokenProvider<User>
{
    public const string Name = "EmailLink";

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => Task.FromResult(tokens.Make(purpose, user));

    public Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user) =>
        Task.FromResult(tokens.IsGood(purpose, token, user));

    // Whoever has the mailbox can set a new password: a link to it is no second factor.
    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) => Task.FromResult(false);
}
