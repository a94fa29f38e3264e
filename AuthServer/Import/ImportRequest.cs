namespace AuthServer.Import;

/// <summary>The import an operator asks for.</summary>
/// <param name="Fields">The fields of a row: for physicians or for users.</param>
/// <param name="From">A PostgreSQL URL or a file.</param>
/// <param name="Source">The other system's name, used as a prefix of its ids.</param>
internal sealed record ImportRequest(FieldSet Fields, string From, string Source)
{
    /// <summary>The file that maps columns to fields; null if the columns are named like the fields.</summary>
    public string? Map { get; init; }

    /// <summary>Schema and table in PostgreSQL.</summary>
    public string? Table { get; init; }

    /// <summary>The encoding of a file that is not UTF-8.</summary>
    public string? Encoding { get; init; }

    /// <summary>Report what would happen and change nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Mail links to set a first password.</summary>
    public bool Sends { get; init; }

    /// <summary>The file to write those links to instead.</summary>
    public string? LinksOut { get; init; }

    /// <summary>The file that gets a line for each row.</summary>
    public string? Report { get; init; }

    /// <summary>Treat people with a password in the source as having confirmed their mailbox there.</summary>
    public bool TrustsEmails { get; init; }

    /// <summary>What is wrong with the request itself, or null.</summary>
    public string? Fault() =>
        !IsSourceName(Source) ? "--source is a short name: up to 32 lower-case letters, digits, '_', '-' and '.'."
        : Sends && LinksOut is not null ? "Give either --send or --links-out: a person gets one link."
        : NamedTwice() is { } path ? $"{path} is named twice: input and output must be different files."
        : null;

    private string? NamedTwice() => new[] { From, Map, Report, LinksOut }.Where(path => !string.IsNullOrEmpty(path))
        .GroupBy(path => Path.GetFullPath(path!), StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;

    private static bool IsSourceName(string name) =>
        name.Length is > 0 and <= 32
            && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '_' or '-' or '.');
}

/// <summary>The fields that rows of a source can have, and those without which a row cannot be imported.</summary>
internal sealed record FieldSet(IReadOnlyList<string> Names, IReadOnlyList<string> Required)
{
    public static readonly FieldSet Physicians = new(
        [
            "group_id", "physician_id", "physician_name", "email", "email_verified", "password_hash", "vendor_id", "vendor_name",
            "license_number",
            "jurisdiction", "language", "specialty", "private_pool", "vacation_mode", "firebase_patient_ids"],
        ["physician_id", "email", "vendor_id"]);

    public static readonly FieldSet Users =
        new(["id", "email", "full_name", "username", "language", "email_verified", "password_hash"], ["id", "email"]);
}
