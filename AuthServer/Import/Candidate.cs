using AuthServer.Domain;

namespace AuthServer.Import;

/// <summary>A person as a row says them, cleaned: nobody has looked yet whether there is one like that.</summary>
/// <param name="Row">The row's number.</param>
/// <param name="LegacyId">With the source's name before it.</param>
/// <param name="Email">Where mail goes, and how it is compared.</param>
internal sealed record Candidate(long Row, string LegacyId, EmailAddress Email)
{
    public string? FullName { get; init; }

    public string? UserName { get; init; }

    public string? Language { get; init; }

    public bool IsEmailVerified { get; init; }

    /// <summary>One that can be compared with; null where there was none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Null for people who are no physicians.</summary>
    public CandidatePractice? Practice { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What somebody is as a physician, and at which clinic.</summary>
/// <param name="Clinic">The clinic's id, with the source's name before it.</param>
/// <param name="ClinicName">Null where the row does not say it.</param>
internal sealed record CandidatePractice(string Clinic, string? ClinicName)
{
    public string? Specialty { get; init; }

    public bool IsPrivatePool { get; init; }

    public bool IsAway { get; init; }

    public CandidateLicence? Licence { get; init; }
}

/// <summary>A licence as the row has it.</summary>
internal sealed record CandidateLicence(string? Jurisdiction, string Number)
{
    /// <summary>The number without what people write differently.</summary>
    public string Key { get; } = string.Concat(Number.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    public bool IsTwinOf(string? jurisdiction) => Jurisdiction is null || jurisdiction is null || Jurisdiction == jurisdiction;
}
