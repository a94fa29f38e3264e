using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Import;

/// <summary>Reads the fields of a row and collects everything that is wrong with them.</summary>
internal sealed class RowReading(SourceRow row, string source)
{
    private const int LongestId = 128;
    private const int LongestHash = 512;

    private readonly List<string> _warnings = [];

    /// <summary>The first reason not to import the row; null if there is none.</summary>
    public string? Reason { get; private set; } = row.Raw.Fault;

    public string? Note { get; private set; }

    public IReadOnlyList<string> Warnings => _warnings;

    public string? Text(string field, int maxLength)
    {
        var text = CleanText.Of(row[field]);
        var errors = new FieldErrors();
        errors.Text(field, text, maxLength);
        if (errors.Any)
        {
            Skip(text!.Length > maxLength ? RowReasons.FieldTooLong : RowReasons.InvalidText, field);
            return null;
        }

        return text;
    }

    /// <summary>An id prefixed with the source's name.</summary>
    public string Id(string field, string missing)
    {
        var id = Text(field, LongestId - source.Length - 1);
        if (id is null)
        {
            Skip(missing, null);
        }

        return $"{source}:{id}";
    }

    public EmailAddress? Email(string field)
    {
        var text = CleanText.OfAddress(row[field]);
        var email = EmailAddress.Parse(text);
        if (email is null)
        {
            Skip(text is null ? RowReasons.MissingEmail : RowReasons.InvalidEmail, null);
        }

        return email;
    }

    public string? Language(string field)
    {
        var text = CleanText.Of(row[field]);
        var tag = LanguageNames.TagOf(text);
        if (text is not null && tag is null)
        {
            Warn(RowReasons.BadLanguage, null);
        }

        return tag;
    }

    public string? Jurisdiction(string field)
    {
        var code = CleanText.Of(row[field])?.ToUpperInvariant();
        if (code is null || Licence.IsJurisdiction(code))
        {
            return code;
        }

        Warn(RowReasons.BadJurisdiction, null);
        return null;
    }

    public bool Flag(string field)
    {
        if (IsYes(row[field]) is { } flag)
        {
            return flag;
        }

        Warn(RowReasons.BadFlag, field);
        return false;
    }

    /// <summary>The name of a private pool; a yes is one without a name of its own.</summary>
    public string? Pool(string field, int maxLength) =>
        IsYes(row[field]) is not { } isPrivate ? Text(field, maxLength) : isPrivate ? Physician.UnnamedPool : null;

    public string? Hash(string field, PasswordSettings settings)
    {
        var hash = row[field]?.Trim();
        if (string.IsNullOrEmpty(hash))
        {
            return null;
        }

        if (ImportedHash.Fault(hash.Length > LongestHash ? null : hash, settings) is not { } fault)
        {
            return hash;
        }

        Warn(RowReasons.BadHash, fault);
        return null;
    }

    public string? UserNameIn(string field)
    {
        var name = CleanText.Of(row[field]);
        if (name is null || UserName.IsValid(name))
        {
            return name;
        }

        Warn(RowReasons.BadUserName, null);
        return null;
    }

    public void Warn(string reason, string? note) => _warnings.Add(note is null ? reason : $"{reason}: {note}");

    /// <summary>The row for the report on why it was not imported.</summary>
    public RowResult Skipped(string idField, string emailField) =>
        new(
            row.Raw.Number, Shown(idField) is { } id ? $"{source}:{id}" : null, Shown(emailField), RowOutcome.Skipped)
        {
            Reason = Reason,
            Note = Note,
            Warnings = Warnings
        };

    // Null if it is neither.
    private static bool? IsYes(string? text) => CleanText.Of(text)?.ToUpperInvariant() switch
    {
        null or "FALSE" or "F" or "0" or "NO" or "N" or "OFF" or "לא" => false,
        "TRUE" or "T" or "1" or "YES" or "Y" or "ON" or "כן" => true,
        _ => null,
    };

    private void Skip(string reason, string? note)
    {
        if (Reason is null)
        {
            (Reason, Note) = (reason, note);
        }
    }

    // Truncated and cleaned: the field may contain anything.
    private string? Shown(string field) => CleanText.Of(row[field]) is { } text ? text[..Math.Min(text.Length, LongestId)] : null;
}
