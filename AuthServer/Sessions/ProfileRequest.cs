using AuthServer.Domain;
using AuthServer.Http;

namespace AuthServer.Sessions;

/// <summary>Changes to a profile. A field that is left out stays as it is; null clears it.</summary>
public sealed record ProfileRequest : IValidated
{
    private static readonly string[] Fields = ["full_name", "username", "locale"];

    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    // Setters, because the serialiser assigns every init-only property, given or not.

    /// <summary>The name shown to other people.</summary>
    public string? FullName { get; set => field = Given("full_name", value); }

    /// <summary>A name to sign in with besides the address.</summary>
    public string? Username { get; set => field = Given("username", value); }

    /// <summary>Language of mails and pages: a BCP 47 tag such as <c>he</c>.</summary>
    public string? Locale { get; set => field = Given("locale", value); }

    /// <summary>With PUT all of them have to be there; null where they are.</summary>
    internal Problem? FaultOfPut()
    {
        var errors = new FieldErrors();
        foreach (var missing in Fields.Where(name => !_given.Contains(name)))
        {
            errors.Add(missing, "Required with PUT, null to clear it; PATCH changes single fields.");
        }

        return errors.Any ? new Problem(ErrorCodes.ValidationFailed, errors.Messages) : null;
    }

    internal void ApplyTo(User user)
    {
        if (_given.Contains("full_name"))
        {
            user.FullName = string.IsNullOrWhiteSpace(FullName) ? null : FullName.Trim();
        }

        if (_given.Contains("username") && Username != user.UserName)
        {
            user.Rename(Username);
        }

        if (_given.Contains("locale"))
        {
            user.Locale = Locale;
        }
    }

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("full_name", FullName, maxLength: 200);
        errors.UserName("username", Username);
        errors.LanguageTag("locale", Locale);
    }

    private string? Given(string name, string? value)
    {
        _given.Add(name);
        return value;
    }
}
