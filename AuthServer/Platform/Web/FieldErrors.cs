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
    private const int MostMessages = 10;
    private const int MostFields = 100;

    private readonly Dictionary<string, string[]> _messages = new(StringComparer.Ordinal);
    private Dictionary<string, FieldRule>? _rules;

    /// <summary>The request's, for rules that depend on settings; none where only the form of a request is described.</summary>
    public IServiceProvider? Services { get; init; }

    public bool Any => _messages.Count > 0;

    public IReadOnlyDictionary<string, string[]> Messages => _messages;

    /// <summary>What a request demands of its fields, and which of them it cannot do without.</summary>
    public static (IReadOnlyDictionary<string, FieldRule> Rules, IReadOnlyList<string> Required) Of(IValidated nothing)
    {
        var errors = new FieldErrors { _rules = new(StringComparer.Ordinal) };
        nothing.Validate(errors);
        if (nothing is IPatch)
        {
            errors.Rule("clear", new() { Values = Patch.Clearable(nothing.GetType()) });
        }

        return (errors._rules, [.. errors._messages.Keys.Where(field => errors._rules.GetValueOrDefault(field)?.HasAlternative != true)]);
    }

    /// <summary>Notes what is demanded, if this is for the description; checks nothing.</summary>
    public void Rule(string field, FieldRule rule) => _rules?.TryAdd(field, rule);

    /// <summary>An error for a single field.</summary>
    public static Problem One(string field, string message) =>
        new(ErrorCodes.ValidationFailed, Only(field, message));

    /// <summary>The messages if there is a single one.</summary>
    public static IReadOnlyDictionary<string, string[]> Only(string field, string message) =>
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };

    /// <summary>Says each thing once, and not more than a person reads: a body may repeat a fault thousands of times.</summary>
    public void Add(string field, string message)
    {
        var earlier = _messages.GetValueOrDefault(field, []);
        if (earlier.Length < MostMessages
            && !earlier.Contains(message, StringComparer.Ordinal)
            && (earlier.Length > 0 || _messages.Count < MostFields))
        {
            _messages[field] = [.. earlier, message];
        }
    }

    /// <summary>Validates text for people to read: no control characters, and none that reorder or hide other text.</summary>
    public void Text(string field, string? value, int maxLength, bool required = false)
    {
        Rule(field, new() { MaxLength = maxLength, MinLength = required ? 1 : null });
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
        Rule(field, new() { MinLength = 1 });
        if (string.IsNullOrEmpty(value?.Reveal()))
        {
            Add(field, "Required.");
        }
    }

    /// <summary>One of a few values, in either case: clients that are generated capitalise their enums.</summary>
    public void OneOf(string field, string? value, params IReadOnlyList<string> values)
    {
        Rule(field, new() { Values = values });
        if (value is not null && !values.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            Add(field, $"One of: {string.Join(", ", values)}.");
        }
    }

    public void Email(string field, string? value)
    {
        Rule(field, new() { MinLength = 3, MaxLength = EmailAddress.MaxLength, Format = "email" });
        if (EmailAddress.Parse(value) is null)
        {
            Add(field, "An e-mail address such as name@example.com is needed.");
        }
    }

    public void UserName(string field, string? value)
    {
        Rule(field, new() { MinLength = 3, MaxLength = 64 });
        if (value is not null && !Domain.UserName.IsValid(value))
        {
            Add(field, Domain.UserName.Rule);
        }
    }

    /// <summary>Validates the form of a BCP 47 language tag.</summary>
    public void LanguageTag(string field, string? value)
    {
        Rule(field, new() { MaxLength = 35 });
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
        Rule(field, new() { MinLength = 2, MaxLength = 6 });
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
