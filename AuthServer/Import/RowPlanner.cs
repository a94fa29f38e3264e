using AuthServer.Domain;

namespace AuthServer.Import;

/// <summary>
/// Decides what to do with a row, without side effects, from the database and the rows seen so far. Accounts that were not imported
/// from this source are never changed: the owner of the address here may be a different person.
/// </summary>
internal sealed class RowPlanner(string source, ImportState state, ExistingRows existing)
{
    public RowPlan Plan(Candidate candidate) =>
        (state.ByLegacyId(candidate.LegacyId) ?? existing.ByLegacyId(candidate.LegacyId)) is { } same ? PlanSame(candidate, same)
        : (state.ByAddress(candidate.Email.Canonical) ?? existing.ByAddress(candidate.Email.Canonical)) is { } other
            ? PlanOther(candidate, other)
        : PlanNew(candidate);

    // The id is known.
    private RowPlan PlanSame(Candidate candidate, ImportedPerson person)
    {
        var hasAddress = person.Canonical == candidate.Email.Canonical;
        if (person.Row > 0 && (candidate.Practice is null || person.IsSeenAt(candidate.Practice.Clinic)))
        {
            return Skip(candidate, hasAddress ? RowReasons.DuplicateRow : RowReasons.DuplicateId, person.Named);
        }

        if (IsThere(candidate, person))
        {
            // Address changes are made and confirmed here; a different address in the source does not override that.
            return Keep(candidate, person, hasAddress ? [] : [RowReasons.EmailDiffers]);
        }

        return hasAddress ? PlanAtClinic(candidate, person) : Skip(candidate, RowReasons.DuplicateId, person.Named);
    }

    // The address is known, the id is not.
    private RowPlan PlanOther(Candidate candidate, ImportedPerson person)
    {
        if (person.LegacyId?.StartsWith(source + ':', StringComparison.Ordinal) != true)
        {
            return Skip(candidate, RowReasons.EmailExists, $"account {person.Id}");
        }

        var hasName = person.NameKey is { } key && key == CleanText.Key(candidate.FullName);
        if (candidate.Practice is { } practice && hasName && !person.IsSeenAt(practice.Clinic))
        {
            return IsThere(candidate, person) ? Keep(candidate, person, []) : PlanAtClinic(candidate, person);
        }

        return Skip(
            candidate, hasName || person.Address == candidate.Email.Address ? RowReasons.DuplicateEmail : RowReasons.CaseTwin,
            person.Named);
    }

    private static bool IsThere(Candidate candidate, ImportedPerson person) =>
        candidate.Practice is null || person.Clinics.Contains(candidate.Practice.Clinic);

    // Adds a second clinic, unless they were a member before and somebody has removed them since.
    private RowPlan PlanAtClinic(Candidate candidate, ImportedPerson person)
    {
        var practice = candidate.Practice!;
        if (person.FormerClinics.Contains(practice.Clinic))
        {
            return Keep(candidate, person, [RowReasons.LeftSince]);
        }

        if (TwinOf(candidate, person) is { } twin)
        {
            return Skip(candidate, RowReasons.DuplicateLicence, twin);
        }

        var isNewNumber = practice.Licence is { } licence
            && state.HolderOf(licence, null) != person
            && !existing.HasLicence(licence, person.Id);
        var (clinic, isNew, warnings) = ClinicOf(practice);
        var note = $"{person.Named}, at {clinic.Slug}";
        state.See(person, candidate);
        return new(
            candidate,
            Result(candidate, RowOutcome.Merged, isNewNumber ? [.. warnings, RowReasons.LicenceNotAdded] : warnings) with { Note = note })
        {
            Person = person,
            Joins = clinic,
            OpensClinic = isNew
        };
    }

    private RowPlan PlanNew(Candidate candidate)
    {
        if (TwinOf(candidate, null) is { } twin)
        {
            return Skip(candidate, RowReasons.DuplicateLicence, twin);
        }

        var (person, clinic) = (ImportedPerson.New(candidate), candidate.Practice is { } practice ? ClinicOf(practice) : null);
        List<string> warnings = [.. clinic?.Warnings ?? []];

        var userName =
            candidate.UserName is { } name
                && !existing.HasUserName(UserName.Normalize(name))
                && state.TryTakeUserName(UserName.Normalize(name)) ? name : null;
        if (userName is null && candidate.UserName is not null)
        {
            warnings.Add(RowReasons.UserNameTaken);
        }

        state.See(person, candidate);
        return new(
            candidate,
            Result(candidate, RowOutcome.Created, warnings) with { Note = clinic is null ? null : $"at {clinic.Clinic.Slug}" })
        {
            Person = person,
            Joins = clinic?.Clinic,
            OpensClinic = clinic is { IsNew: true },
            UserName = userName
        };
    }

    private RowPlan Keep(Candidate candidate, ImportedPerson person, IReadOnlyList<string> warnings)
    {
        state.See(person, candidate);
        return new(candidate, Result(candidate, RowOutcome.Unchanged, warnings)) { Person = person };
    }

    private static RowPlan Skip(Candidate candidate, string reason, string note) =>
        new(candidate, Result(candidate, RowOutcome.Skipped, []) with { Reason = reason, Note = note });

    // Who else holds the same licence, for the report; null if nobody does.
    private string? TwinOf(Candidate candidate, ImportedPerson? besides) => candidate.Practice?.Licence is not { } licence ? null
        : state.HolderOf(licence, besides) is { } holder ? holder.Named
        : existing.HolderOf(licence, besides?.Id ?? Guid.Empty) is { } account ? $"account {account}" : null;

    private ClinicPlan ClinicOf(CandidatePractice practice)
    {
        if (state.Clinic(practice.Clinic) is { } seen)
        {
            return new(
                seen, IsNew: false,
                practice.ClinicName is { } other && CleanText.Key(other) != CleanText.Key(seen.Name)
                    ? [$"{RowReasons.VendorNameDiffers}: {seen.Slug}"]
                    : []);
        }

        var warnings = new List<string>();
        var found = existing.Clinic(practice.Clinic);
        var clinic = found ?? Open(practice, warnings);
        state.See(clinic);
        return new(clinic, IsNew: found is null, warnings);
    }

    // An existing clinic of the same name has its own people; no import adds a physician to it.
    private ImportedClinic Open(CandidatePractice practice, List<string> warnings)
    {
        var id = practice.Clinic[(source.Length + 1)..];
        var slug = ClinicSlug.For(practice.ClinicName, id, taken => existing.HasSlug(taken) || state.HasSlug(taken));
        if (practice.ClinicName is null)
        {
            warnings.Add(RowReasons.MissingVendorName);
        }

        if (slug != (ClinicSlug.Of(practice.ClinicName) ?? ClinicSlug.Of($"clinic {id}")))
        {
            warnings.Add($"{RowReasons.SlugTaken}: {slug}");
        }

        return new(practice.Clinic, practice.ClinicName ?? $"Clinic {id}", slug);
    }

    private static RowResult Result(Candidate candidate, RowOutcome outcome, IReadOnlyList<string> warnings) =>
        new(
            candidate.Row, candidate.LegacyId, candidate.Email.Address, outcome)
        {
            Warnings = outcome is RowOutcome.Created
                or RowOutcome.Merged ? [.. candidate.Warnings, .. warnings] : warnings
        };

    private sealed record ClinicPlan(ImportedClinic Clinic, bool IsNew, IReadOnlyList<string> Warnings);
}
