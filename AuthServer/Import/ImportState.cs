namespace AuthServer.Import;

/// <summary>
/// The people and clinics this run has seen. A batch that could not be written is rolled back here and planned again. Each person
/// takes some hundred bytes: a run of a million rows needs a few hundred megabytes.
/// </summary>
internal sealed class ImportState
{
    private readonly Dictionary<string, ImportedPerson> _byLegacyId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImportedPerson> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImportedClinic> _clinics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? Jurisdiction, ImportedPerson Person)> _licences = new(StringComparer.Ordinal);
    private readonly HashSet<string> _slugs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _userNames = new(StringComparer.Ordinal);
    private readonly Stack<Action> _undo = [];

    public ImportedPerson? ByLegacyId(string legacyId) => _byLegacyId.GetValueOrDefault(legacyId);

    public ImportedPerson? ByAddress(string canonical) => _byAddress.GetValueOrDefault(canonical);

    public ImportedClinic? Clinic(string legacyId) => _clinics.GetValueOrDefault(legacyId);

    public bool HasSlug(string slug) => _slugs.Contains(slug);

    /// <summary>The person who holds this licence, if it is not <paramref name="besides"/>.</summary>
    public ImportedPerson? HolderOf(CandidateLicence licence, ImportedPerson? besides) =>
        _licences.TryGetValue(licence.Key, out var held) && held.Person != besides && licence.IsTwinOf(held.Jurisdiction)
            ? held.Person
            : null;

    /// <summary>Records that the row belongs to this person.</summary>
    public void See(ImportedPerson person, Candidate candidate)
    {
        Add(_byLegacyId, person.LegacyId ?? candidate.LegacyId, person);
        Add(_byLegacyId, candidate.LegacyId, person);
        Add(_byAddress, person.Canonical, person);
        if (candidate.Practice?.Licence is { } licence)
        {
            Add(_licences, licence.Key, (licence.Jurisdiction, person));
        }

        if (person.Row == 0)
        {
            person.Row = candidate.Row;
            _undo.Push(() => person.Row = 0);
        }

        if (candidate.Practice?.Clinic is { } clinic)
        {
            person.SeeAt(clinic);
            _undo.Push(() => person.UnseeAt(clinic));
        }
    }

    public void See(ImportedClinic clinic)
    {
        Add(_clinics, clinic.LegacyId, clinic);
        if (_slugs.Add(clinic.Slug))
        {
            _undo.Push(() => _slugs.Remove(clinic.Slug));
        }
    }

    /// <summary>False if the name is taken.</summary>
    public bool TryTakeUserName(string normal)
    {
        if (!_userNames.Add(normal))
        {
            return false;
        }

        _undo.Push(() => _userNames.Remove(normal));
        return true;
    }

    /// <summary>Commits what was seen since the last call.</summary>
    public void Keep() => _undo.Clear();

    /// <summary>Reverts to the state of the last <see cref="Keep"/>.</summary>
    public void TakeBack()
    {
        while (_undo.TryPop(out var undo))
        {
            undo();
        }
    }

    private void Add<T>(Dictionary<string, T> index, string key, T value)
    {
        if (index.TryAdd(key, value))
        {
            _undo.Push(() => index.Remove(key));
        }
    }
}
