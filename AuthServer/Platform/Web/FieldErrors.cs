using System.Globalization;
using AuthServer.Domain;

namespace AuthServer.Platform.Web;

/// <summary>A request that validates itself field by field.</summary>
internal interface IValidated
{
    void Validate(FieldErrors errors);
}

/// <summary>Collects validation errors by snake_case field, so that all of them are reported at once.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, string[]> _messages = new(StringComparer.Ordinal);

    public bool Any => _messages.Count > 0;

    public IReadOnlyDictionary<string, string[]> Messages => _messages;

    /// <summary>An error for a single field.</summary>
    public static Problem One(string field, string message) =>
        new(ErrorCodes.ValidationFailed, Only(field, message));

    /// <summary>The messages if there is a single one.</summary>
    public static IReadOnlyDictionary<string, string[]> Only(string field, string message) =>
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };

    public void Add(string field, string message) =>
        _messages[field] = _messages.TryGetValue(field, out var earlier) ? [.. earlier, message] : [message];

    /// <summary>Validates text for people to read: no control characters, and none that reorder or hide other text.</summary>
    public void Text(string field, string? value, int maxLength, bool required = false)
    {
        if (required && string.IsNullOrWhiteSpace(value))
        {
            Add(field, "Required.");
        }
        else if (value?.EnumerateRunes().Any(IsUnfit) == true)
        {
            Add(field, "Control characters and invisible formatting characters are not allowed.");
        }
        else if (value is not null && Math.Max(value.Length, value.Normalize().Length) > maxLength)
        {
            Add(field, $"At most {maxLength.ToString(CultureInfo.InvariantCulture)} characters.");
        }
    }

    public void Required(string field, Secret? value)
    {
        if (string.IsNullOrEmpty(value?.Reveal()))
        {
            Add(field, "Required.");
        }
    }

    public void Email(string field, string? value)
    {
        if (EmailAddress.Parse(value) is null)
        {
            Add(field, "An e-mail address such as name@example.com is needed.");
        }
    }

    public void UserName(string field, string? value)
    {
        if (value is not null && !Domain.UserName.IsValid(value))
        {
            Add(field, Domain.UserName.Rule);
        }
    }

    /// <summary>Validates the form of a BCP 47 language tag.</summary>
    public void LanguageTag(string field, string? value)
    {
        if (value is not null
            && !(value.Length <= 35
                && value.Split('-') is [{ Length: 2 or 3 }, ..] parts
                && parts.All(part => part.Length is > 0 and <= 8 && part.All(char.IsAsciiLetterOrDigit))))
        {
            Add(field, "A language tag such as en or he-IL is needed.");
        }
    }

    public void Jurisdiction(string field, string? code)
    {
        if (code is not null && !Licence.IsJurisdiction(code))
        {
            Add(field, "An ISO 3166 code such as IL or US-NY is needed.");
        }
    }

    // Persian and Indic names need the two joiners, U+200C and U+200D.
    private static bool IsUnfit(System.Text.Rune rune) =>
        rune == System.Text.Rune.ReplacementChar
        || rune.Value is not (0x200C or 0x200D)
            && System.Text.Rune.GetUnicodeCategory(
                rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
