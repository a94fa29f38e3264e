using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>Finds the physicians in the scope of a member of staff.</summary>
internal sealed class PhysicianSearch(TimeProvider clock)
{
    public async Task<Page<PhysicianSummary>> FindAsync(
        StaffScope scope, PhysicianQuery query, PageRequest<Guid> page, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var found = Filter(scope, query, today);
        var total = await found.CountAsync(cancellationToken);
        var rest = found.Where(physician => page.After == null || physician.Id < page.After);
        var rows = await page.Fetch(rest.OrderByDescending(physician => physician.Id))
            .Include(physician => physician.Licences).AsNoTracking().ToListAsync(cancellationToken);
        var ids = rows.ConvertAll(physician => physician.UserId);
        var names =
            await scope.Users
                .Where(user => ids.Contains(user.Id))
                .Select(user => new { user.Id, user.FullName })
                .ToDictionaryAsync(user => user.Id, user => user.FullName, cancellationToken);
        return page.Answer(
            rows, total, physician => physician.Id, physician => Summary(physician, names.GetValueOrDefault(physician.UserId), today));
    }

    private static IQueryable<Physician> Filter(StaffScope scope, PhysicianQuery query, DateOnly today)
    {
        var found = scope.Physicians.Matching(query.Language, query.Specialty);
        if (query.Tenant is { } named)
        {
            var id = Guid.TryParseExact(named, "D", out var parsed) ? parsed : (Guid?)null;
            found = found.Where(
                physician => scope.Memberships.Any(membership => membership.UserId == physician.UserId && membership.Role == Role.Physician
                && scope.Tenants.Any(tenant => tenant.Id == membership.TenantId && (tenant.Id == id || tenant.Slug == named))));
        }

        if (query.PrivatePool is { } pool)
        {
            found = found.InPool(pool);
        }

        if (query.LicenceState is { } state)
        {
            found = found.Where(InState(state, today));
        }

        if (query.Status is { } status)
        {
            found = found.Licensed(today, status == "verified");
        }

        if (query.Available is not { } isAvailable)
        {
            return found;
        }

        // Two different joins: comparing the availability with a boolean would evaluate it for every physician separately.
        var available = OfRole(scope, scope.Physicians).Available(scope.Users, today);
        return isAvailable
            ? found.Where(physician => available.Any(other => other.Id == physician.Id))
            : found.Where(physician => !available.Any(other => other.Id == physician.Id));
    }

    // Somebody who lost the role keeps the profile but is no longer a physician.
    private static IQueryable<Physician> OfRole(StaffScope scope, IQueryable<Physician> physicians)
    {
        var role = Role.IdOf(Role.Physician);
        return physicians.Where(physician => scope.PlatformRoles.Any(held => held.UserId == physician.UserId && held.RoleId == role)
            || scope.Memberships.Any(membership => membership.UserId == physician.UserId && membership.Role == Role.Physician));
    }

    private static System.Linq.Expressions.Expression<Func<Physician, bool>> InState(LicenceState state, DateOnly today) => state switch
    {
        LicenceState.Verified =>
            physician =>
                physician.Licences.Any(
                    licence => licence.State == LicenceState.Verified && (licence.ExpiresOn == null || licence.ExpiresOn >= today)),
        LicenceState.Expired =>
            physician =>
                physician.Licences.Any(
                    licence => licence.State == LicenceState.Expired
                        || (licence.State == LicenceState.Verified && licence.ExpiresOn < today)),
        _ => physician => physician.Licences.Any(licence => licence.State == state),
    };

    private static PhysicianSummary Summary(Physician physician, string? fullName, DateOnly today) => new()
    {
        Id = physician.Id,
        UserId = physician.UserId,
        FullName = fullName,
        Status = PhysicianProfile.StatusOf(physician, today),
        LanguagePreference = physician.LanguagePreference,
        Specialty = physician.Specialty,
        PrivatePool = physician.Pool,
        VacationMode = physician.IsAwayOn(today),
        AcceptingPatients = physician.AcceptingPatients,
        PendingLicences = physician.Licences.Count(licence => licence.CanBeDecided),
    };
}
