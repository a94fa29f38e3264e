using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// What every account must be, whoever changes it. Identity's own refuses accounts without a user name, and looks whether names are
/// free, which is wrong as soon as two ask at once: here the unique index decides, and <see cref="AccountCommit"/> says so.
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
