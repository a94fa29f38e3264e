using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>Identity's store of users on our context. It saves nothing: <see cref="AccountCommit"/> does.</summary>
internal sealed class UserAccountStore : UserStore<User, Role, AuthDbContext, Guid>
{
    public UserAccountStore(AuthDbContext context, IdentityErrorDescriber? describer = null)
        : base(context, describer) => AutoSaveChanges = false;

    /// <summary>
    /// Lets the context find which columns have changed. The framework's own store marks all of them, and would overwrite what a sign-in
    /// or a change of roles writes at the same moment (<c>last_login_at</c>, <c>token_version</c>).
    /// </summary>
    // The concurrency stamp stays as well: two who change different things about a person need not fail. Who changes how the person
    // signs in renews the security stamp, and that one is compared.
    public override Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken = default) =>
        Context.Entry(user).State == EntityState.Detached
            ? throw new InvalidOperationException("The account was read without tracking: what is changed about it would never be saved.")
            : Task.FromResult(IdentityResult.Success);

    // The roles are four, and the same ones everywhere.
    protected override Task<Role?> FindRoleAsync(string normalizedRoleName, CancellationToken cancellationToken) =>
        Task.FromResult(Role.All.SingleOrDefault(role => role.NormalizedName == normalizedRoleName));
}
