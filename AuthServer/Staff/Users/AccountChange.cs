using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>Changes the account data of a person.</summary>
internal sealed class AccountChange(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, DeniedActionAudit refusals, TimeProvider clock)
{
    private static readonly Dictionary<string, string> FieldOf =
        new(StringComparer.Ordinal) { ["FullName"] = "full_name", ["UserName"] = "username", ["Locale"] = "locale" };

    /// <summary>Null if successful.</summary>
    public async Task<ErrorCode?> ChangeAsync(
        string id, ProfileRequest request, StaffScope scope, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.LockUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((await scope.PrivilegesOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(scope.Staff) is { } refusal)
        {
            return await refusals.KeepAsync(scope, AuditEvents.UserChanged, refusal, origin, user.Id);
        }

        await accounts.ChangeProfileAsync(user, request);
        var changed = db
            .Entry(user).Properties
            .Where(property => property.IsModified)
            .Select(property => FieldOf.GetValueOrDefault(property.Metadata.Name))
            .OfType<string>()
            .ToList();
        if (changed.Count > 0)
        {
            scope.Audit(AuditEvents.UserChanged, clock.GetUtcNow(), origin, user.Id, string.Join(' ', changed));
        }

        if ((await commit.SaveAsync(cancellationToken)).Refusal() is { } taken)
        {
            return taken;
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }
}
