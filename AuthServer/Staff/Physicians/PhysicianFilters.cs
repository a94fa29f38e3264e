using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>Conditions shared by both lists.</summary>
internal static class PhysicianFilters
{
    public static IQueryable<Physician> Licensed(this IQueryable<Physician> physicians, DateOnly today, bool isLicensed = true) =>
        physicians.Where(
            physician =>
                physician.Licences.Any(
                    licence => licence.State == LicenceState.Verified
                        && (licence.ExpiresOn == null || licence.ExpiresOn >= today)) == isLicensed);

    /// <summary>
    /// Physicians that somebody can choose today: licensed, accepting patients, not away, not private, and with an active account.
    /// </summary>
    public static IQueryable<Physician> Available(this IQueryable<Physician> physicians, IQueryable<User> people, DateOnly today) =>
        physicians.Licensed(today).Where(physician => physician.AcceptingPatients && !physician.PrivatePool
            && !(physician.VacationMode && (physician.VacationUntil == null || physician.VacationUntil >= today))
            && people.Any(user => user.Id == physician.UserId && user.Status == UserStatus.Active && user.ErasureDueAt == null));

    public static IQueryable<Physician> InPool(this IQueryable<Physician> physicians, string name)
    {
        var literal = LikePattern.Literal(name.Trim().Normalize());
        return physicians.Where(physician => physician.PrivatePool
            && EF.Functions.ILike(physician.PrivatePoolName ?? Physician.UnnamedPool, literal, LikePattern.Escape));
    }

    public static IQueryable<Physician> Matching(this IQueryable<Physician> physicians, string? language, string? specialty)
    {
        if (language is not null)
        {
            physicians = physicians.Where(
                physician => EF.Functions.ILike(physician.LanguagePreference!, language)
                    || EF.Functions.ILike(physician.LanguagePreference!, language + "-%"));
        }

        if (specialty is not null)
        {
            var literal = LikePattern.Literal(specialty.Trim().Normalize());
            physicians = physicians.Where(physician => EF.Functions.ILike(physician.Specialty!, literal, LikePattern.Escape));
        }

        return physicians;
    }
}
