using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>Identity's user store on our context. It does not save: <see cref="AccountCommit"/> does.</summary>
internal sealed class UserAccountStore : UserStore<User, Role, AuthDbContext, Guid>
{
    public UserAccountStore(AuthDbContext context, IdentityErrorDescriber? describer = null)
        : base(context, describer) => AutoSaveChanges = false;

    /// <summary>
    /// Lets the context find the changed columns. The framework's own store marks all columns, and would overwrite what a sign-in
    /// or a change of roles writes at the same time (<c>last_login_at</c>, <c>token_version</c>).
    /// </summary>
    // The concurrency stamp is not renewed, so that two changes of different data about a person do not conflict. Changes to how
    // the person signs in renew the security stamp, which is compared.
    public override Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken = default) =>
        Context.Entry(user).State == EntityState.Detached
            ? throw new InvalidOperationException("The account was read without tracking: changes to it would never be saved.")
            : Task.FromResult(IdentityResult.Success);

    // There are four roles, with fixed ids.
    protected override Task<Role?> FindRoleAsync(string normalizedRoleName, CancellationToken cancellationToken) =>
        Task.FromResult(Role.All.SingleOrDefault(role => role.NormalizedName == normalizedRoleName));
}
