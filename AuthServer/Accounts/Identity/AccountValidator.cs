using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Validates accounts. Identity's own validator refuses accounts without a user name, and checks whether names are free, which is
/// unreliable under concurrency: here the unique index decides, and <see cref="AccountCommit"/> reports it.
/// </summary>
internal sealed class AccountValidator(IdentityErrorDescriber errors) : IUserValidator<User>
{
    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user) => Task.FromResult(
        !HasAddress(user) ? IdentityResult.Failed(errors.InvalidEmail(user.Email))
        : user.UserName is { } name && !UserName.IsValid(name) ? IdentityResult.Failed(errors.InvalidUserName(name))
        : IdentityResult.Success);

    private static bool HasAddress(User user) => user.IsAnonymous
        ? user.Email == EmailAddress.PlaceholderFor(user.Id).Address
        : user.Email is { } email && EmailAddress.ParseLocal(email) is not null;
}
