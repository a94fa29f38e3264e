using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Users;

internal abstract record AdminCreationOutcome
{
    private AdminCreationOutcome()
    {
    }

    public sealed record Created(string Email) : AdminCreationOutcome;

    public sealed record AlreadyThere : AdminCreationOutcome;

    public sealed record Invalid(IEnumerable<string> Messages) : AdminCreationOutcome;
}

/// <summary>
/// Creates a platform administrator from the command line: neither registration nor invitation can create the first one.
/// </summary>
internal sealed class AdminCreation(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, PasswordPolicy policy, PasswordHashing hashing, TimeProvider clock)
{
    public async Task<AdminCreationOutcome> CreateAsync(
        string address, Secret password, bool onlyTheFirst, CancellationToken cancellationToken)
    {
        if (EmailAddress.ParseLocal(address) is not { } email)
        {
            return new AdminCreationOutcome.Invalid([$"'{address}' is not an e-mail address."]);
        }

        var errors = new FieldErrors();
        await policy.CheckAsync(errors, "password", password.Reveal(), [email.Canonical], cancellationToken);
        if (errors.Any)
        {
            return new AdminCreationOutcome.Invalid(errors.Messages["password"]);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakeAsync(db, AdvisoryLocks.LastAdmin, cancellationToken);
        var adminRole = Role.IdOf(Role.Admin);
        if (onlyTheFirst && await db.UserRoles.AnyAsync(held => held.RoleId == adminRole, cancellationToken))
        {
            return new AdminCreationOutcome.AlreadyThere();
        }

        var user = await AddAsync(email, await hashing.HashAsync(password.Reveal(), cancellationToken));
        if (await commit.SaveAsync(cancellationToken) is not AccountCommitOutcome.Saved)
        {
            return new AdminCreationOutcome.Invalid([$"There is an account with the address {email.Canonical}."]);
        }

        await db.TellAsync(new(user.Id, [Role.Admin], null, ActorId: null), clock.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new AdminCreationOutcome.Created(user.Email!);
    }

    // The operator of the command line vouches for the address.
    private async Task<User> AddAsync(EmailAddress email, string hash)
    {
        var user = await accounts.AddAsync(new(email) { PasswordHash = hash, IsEmailConfirmed = true });
        db.AssignRoles(user.Id, Role.Admin);
        db.Audit(AuditEvents.AdminCreated, clock.GetUtcNow(), RequestOrigin.CommandLine, actor: null, subject: user.Id);
        return user;
    }
}
