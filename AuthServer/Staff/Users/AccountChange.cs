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
    public async Task<ErrorCode?> ChangeAsync(StaffCall call, string id, ProfileRequest request)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((await scope.PrivilegesOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(scope.Staff) is { } refusal)
        {
            return await refusals.KeepAsync(call, AuditEvents.UserChanged, refusal, user.Id);
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
