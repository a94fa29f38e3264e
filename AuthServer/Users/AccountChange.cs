using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Data.Configurations;
using AuthServer.Http;
using AuthServer.Sessions;
using AuthServer.Staff;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Users;

/// <summary>Changes what an account says about its person.</summary>
internal sealed class AccountChange(AuthDbContext db, RefusalRecord refusals, TimeProvider clock)
{
    private static readonly Dictionary<string, string> FieldOf = new(StringComparer.Ordinal) { ["FullName"] = "full_name", ["UserName"] = "username", ["Locale"] = "locale" };

    /// <summary>Null when it is done.</summary>
    public async Task<ErrorCode?> ChangeAsync(string id, ProfileRequest request, Reach reach, Client client, CancellationToken cancellationToken)
    {
        if (await reach.FindUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((await reach.StandingOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(reach.Staff) is { } refusal)
        {
            return await refusals.KeepAsync(reach, AuditEvents.UserChanged, refusal, client, user.Id);
        }

        request.ApplyTo(user);
        var changed = db.Entry(user).Properties.Where(property => property.IsModified).Select(property => FieldOf.GetValueOrDefault(property.Metadata.Name)).OfType<string>().ToList();
        if (changed.Count > 0)
        {
            reach.Audit(AuditEvents.UserChanged, clock.GetUtcNow(), client, user.Id, string.Join(' ', changed));
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException exception) when (DatabaseFaults.ViolatedUniqueConstraint(exception) is UserConfiguration.UserNameIndex)
        {
            return ErrorCodes.UsernameTaken;
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted meanwhile.
            return ErrorCodes.NotFound;
        }
    }
}
