using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>
/// The physicians a signed-in person can choose from: those of the tenant their token is for or, without one, those who belong to
/// no tenant. Shows only name, specialty and language.
/// </summary>
internal sealed class AvailabilityList(AuthDbContext db, TimeProvider clock)
{
    public async Task<Page<AvailablePhysician>> FindAsync(
        Caller caller, AvailabilityQuery query, PageRequest<Guid> page, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var found = Near(caller).Matching(query.Language, query.Specialty).Available(db.Users, today);
        var total = await found.CountAsync(cancellationToken);
        var rest = found.Where(physician => page.After == null || physician.Id < page.After);
        var rows = await page.Fetch(rest.OrderByDescending(physician => physician.Id))
            .Select(
                physician =>
                    new AvailablePhysician(
                        physician.Id, db.Users.First(user => user.Id == physician.UserId).FullName, physician.Specialty,
                        physician.LanguagePreference))
            .ToListAsync(cancellationToken);
        return page.Answer(rows, total, physician => physician.Id, physician => physician);
    }

    private IQueryable<Physician> Near(Caller caller)
    {
        var role = Role.IdOf(Role.Physician);
        return caller.TenantId is { } tenant
            ? db.Physicians.Where(
                physician =>
                    db.Memberships.Any(
                        membership => membership.UserId == physician.UserId
                            && membership.TenantId == tenant
                            && membership.Role == Role.Physician))
            : db.Physicians.Where(physician => db.UserRoles.Any(held => held.UserId == physician.UserId && held.RoleId == role)
                && !db.Memberships.Any(membership => membership.UserId == physician.UserId));
    }
}
