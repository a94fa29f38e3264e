using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Import;

/// <summary>The rows in the database that a batch refers to, loaded in a few queries.</summary>
internal sealed class ExistingRows
{
    private static readonly ILookup<Guid, string> NoClinics = Array.Empty<string>().ToLookup(_ => Guid.Empty);

    private readonly Dictionary<string, ImportedPerson> _byLegacyId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImportedPerson> _byAddress = new(StringComparer.Ordinal);
    private Dictionary<string, ImportedClinic> _clinics = [];
    private HashSet<string> _slugs = [];
    private HashSet<string> _userNames = [];
    private List<HeldLicence> _licences = [];

    private ExistingRows()
    {
    }

    public ImportedPerson? ByLegacyId(string legacyId) => _byLegacyId.GetValueOrDefault(legacyId);

    public ImportedPerson? ByAddress(string canonical) => _byAddress.GetValueOrDefault(canonical);

    public ImportedClinic? Clinic(string legacyId) => _clinics.GetValueOrDefault(legacyId);

    public bool HasSlug(string slug) => _slugs.Contains(slug);

    public bool HasUserName(string normal) => _userNames.Contains(normal);

    /// <summary>The account that holds this licence, if it is not <paramref name="besides"/>.</summary>
    public Guid? HolderOf(CandidateLicence licence, Guid besides) =>
        _licences.Find(held => held.Number == licence.Number && held.UserId != besides && licence.IsTwinOf(held.Jurisdiction))?.UserId;

    public bool HasLicence(CandidateLicence licence, Guid userId) =>
        _licences.Exists(held => held.Number == licence.Number && held.UserId == userId);

    public static async Task<ExistingRows> LoadAsync(AuthDbContext db, IReadOnlyList<Candidate> batch, CancellationToken cancellationToken)
    {
        var existing = new ExistingRows();
        var clinicIds = batch.Select(candidate => candidate.Practice?.Clinic).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var tenants = clinicIds.Count == 0
            ? []
            : await db.Tenants.AsNoTracking().Where(tenant => clinicIds.Contains(tenant.LegacyId!)).ToListAsync(cancellationToken);
        existing._clinics = tenants.ToDictionary(
            tenant => tenant.LegacyId!, tenant => new ImportedClinic(tenant.LegacyId!, tenant.Name, tenant.Slug) { Id = tenant.Id },
            StringComparer.Ordinal);
        if (existing._clinics.Count < clinicIds.Count)
        {
            existing._slugs = await db.Tenants.Select(tenant => tenant.Slug).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
        }

        await existing.LoadPeopleAsync(db, batch, cancellationToken);
        await existing.LoadLicencesAsync(db, batch, cancellationToken);
        var names = batch.Select(candidate => candidate.UserName).OfType<string>().Select(UserName.Normalize).ToList();
        existing._userNames = names.Count == 0
            ? []
            : await db.Users
                .Where(user => names.Contains(user.NormalizedUserName!))
                .Select(user => user.NormalizedUserName!)
                .ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
        return existing;
    }

    private async Task LoadPeopleAsync(AuthDbContext db, IReadOnlyList<Candidate> batch, CancellationToken cancellationToken)
    {
        var (ids, addresses) = (batch.Select(candidate => candidate.LegacyId).ToList(),
            batch.Select(candidate => candidate.Email.Canonical).ToList());
        var users =
            await db.Users
                .AsNoTracking()
                .Where(user => ids.Contains(user.LegacyId!) || addresses.Contains(user.NormalizedEmail!))
                .ToListAsync(cancellationToken);
        var (now, once) = users.Count == 0 || batch.All(candidate => candidate.Practice is null)
            ? (NoClinics, NoClinics)
            : await ClinicsAsync(db, users.ConvertAll(user => user.Id), cancellationToken);
        foreach (var user in users)
        {
            var person =
                ImportedPerson.Of(user, now[user.Id].ToHashSet(StringComparer.Ordinal), once[user.Id].ToHashSet(StringComparer.Ordinal));
            _byAddress[person.Canonical] = person;
            if (person.LegacyId is { } legacyId)
            {
                _byLegacyId[legacyId] = person;
            }
        }
    }

    // Load all clinics of these people, not only those in the batch: a person is looked up once per run.
    private static async Task<(ILookup<Guid, string> Now, ILookup<Guid, string> Once)> ClinicsAsync(
        AuthDbContext db, List<Guid> userIds, CancellationToken cancellationToken)
    {
        var now = await (
            from membership in db.Memberships
            join tenant in db.Tenants on membership.TenantId equals tenant.Id
            where userIds.Contains(membership.UserId) && membership.Role == Role.Physician && tenant.LegacyId != null
            select new { membership.UserId, Clinic = tenant.LegacyId! }).ToListAsync(cancellationToken);
        // Otherwise somebody whom a clinic has removed since would come back with every further run.
        var once = await (
            from audit in db.AuditEvents
            join tenant in db.Tenants on audit.TenantId equals tenant.Id
            where userIds.Contains(audit.SubjectId!.Value) && audit.Type == AuditEvents.UserImported && tenant.LegacyId != null
            select new { UserId = audit.SubjectId!.Value, Clinic = tenant.LegacyId! }).ToListAsync(cancellationToken);
        return (now.ToLookup(at => at.UserId, at => at.Clinic), once.ToLookup(at => at.UserId, at => at.Clinic));
    }

    private async Task LoadLicencesAsync(AuthDbContext db, IReadOnlyList<Candidate> batch, CancellationToken cancellationToken)
    {
        var numbers = batch
            .Select(candidate => candidate.Practice?.Licence?.Number)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToList();
        _licences = numbers.Count == 0 ? [] : await db.Licences.Where(licence => numbers.Contains(licence.Number))
            .Join(
                db.Physicians, licence => licence.PhysicianId, physician => physician.Id,
                (licence, physician) => new HeldLicence(licence.Number, licence.Jurisdiction, physician.UserId))
                    .ToListAsync(cancellationToken);
    }

    private sealed record HeldLicence(string Number, string? Jurisdiction, Guid UserId);
}
