using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>Conditions that both lists share.</summary>
internal static class PhysicianFilters
{
    public static IQueryable<Physician> Licensed(this IQueryable<Physician> physicians, DateOnly today, bool isLicensed = true) =>
        physicians.Where(
            physician =>
                physician.Licences.Any(
                    licence => licence.State == LicenceState.Verified
                        && (licence.ExpiresOn == null || licence.ExpiresOn >= today)) == isLicensed);

    /// <summary>Whom somebody can turn to today: licensed, taking patients, here, not private, and with an account that is on.</summary>
    public static IQueryable<Physician> Available(this IQueryable<Physician> physicians, IQueryable<User> people, DateOnly today) =>
        physicians.Licensed(today).Where(physician => physician.AcceptingPatients && !physician.PrivatePool
            && !(physician.VacationMode && (physician.VacationUntil == null || physician.VacationUntil >= today))
            && people.Any(user => user.Id == physician.UserId && user.Status == UserStatus.Active && user.ErasureDueAt == null));

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
            var literal = LikePattern.Literal(specialty.Trim());
            physicians = physicians.Where(physician => EF.Functions.ILike(physician.Specialty!, literal, LikePattern.Escape));
        }

        return physicians;
    }
}
