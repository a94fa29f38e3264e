using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Physicians;

/// <summary>Changes one's own professional profile, which also decides whether one is listed.</summary>
internal sealed class ProfileChange(AuthDbContext db, OwnPhysician own, TimeProvider clock)
{
    /// <summary>Null if there is no professional profile.</summary>
    public async Task<FieldErrors?> ChangeAsync(
        PhysicianPatch patch, Caller caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var errors = new FieldErrors();
        errors.LastDay("vacation_until", patch.VacationUntil.Value, today);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await own.LockAsync(caller.UserId, cancellationToken) is not { } physician)
        {
            return null;
        }

        if (errors.Any)
        {
            return errors;
        }

        patch.ApplyTo(physician, today);
        var changed = db
            .Entry(physician).Properties
            .Where(property => property.IsModified)
            .Select(property => property.Metadata.Name == nameof(Physician.PrivatePoolName)
                ? nameof(Physician.PrivatePool) : property.Metadata.Name)
            .Select(SnakeCase.Of)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (changed.Count > 0)
        {
            db.Audit(
                AuditEvents.PhysicianChanged, now, origin, caller.UserId, caller.UserId, caller.SessionId,
                detail: string.Join(' ', changed));
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return errors;
    }
}
