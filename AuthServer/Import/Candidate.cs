using AuthServer.Domain;

namespace AuthServer.Import;

/// <summary>
/// A person as described by a row, cleaned, before any lookup of existing accounts. <c>LegacyId</c> is prefixed with the source's
/// name.
/// </summary>
internal sealed record Candidate(long Row, string LegacyId, EmailAddress Email)
{
    public string? FullName { get; init; }

    public string? UserName { get; init; }

    public string? Language { get; init; }

    public bool IsEmailVerified { get; init; }

    /// <summary>In a format the server can verify; null if there was none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Null for people who are not physicians.</summary>
    public CandidatePractice? Practice { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>
/// Somebody's practice as a physician, and the clinic. The clinic's id is prefixed with the source's name; its name is null if the
/// row does not give it.
/// </summary>
internal sealed record CandidatePractice(string Clinic, string? ClinicName)
{
    public string? Specialty { get; init; }

    public string? PrivatePool { get; init; }

    public bool IsAway { get; init; }

    public CandidateLicence? Licence { get; init; }
}

internal sealed record CandidateLicence(string? Jurisdiction, string Number)
{
    /// <summary>The number without punctuation and case, in which people's spellings differ.</summary>
    public string Key { get; } = string.Concat(Number.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    public bool IsTwinOf(string? jurisdiction) => Jurisdiction is null || jurisdiction is null || Jurisdiction == jurisdiction;
}
