using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Identity;

/// <summary>Changes to a profile. A field that is left out or null stays as it is.</summary>
public sealed record ProfileRequest : IPatch
{
    /// <summary>The name shown to other people.</summary>
    public Optional<string?> FullName { get; init; }

    /// <summary>A user name to sign in with as well.</summary>
    public Optional<string?> Username { get; init; }

    /// <summary>Language of mails and pages: a BCP 47 tag such as <c>he</c>.</summary>
    public Optional<string?> Locale { get; init => field = value.Map(LanguageTag.Of); }

    /// <summary>Fields to clear: null changes nothing.</summary>
    public IReadOnlyList<string?>? Clear { get; init; }

    internal void ApplyTo(User user)
    {
        if (FullName.IsGiven)
        {
            user.FullName = string.IsNullOrWhiteSpace(FullName.Value) ? null : FullName.Value.Trim();
        }

        if (Username.IsGiven && Username.Value != user.UserName)
        {
            user.Rename(Username.Value);
        }

        user.Locale = Locale.Or(user.Locale);
    }

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("full_name", FullName.Value, maxLength: 200);
        errors.UserName("username", Username.Value);
        errors.LanguageTag("locale", Locale.Value);
    }
}

/// <summary>All fields of a profile.</summary>
public sealed record ReplaceProfileRequest : IValidated
{
    /// <summary>The name shown to other people; null for none.</summary>
    public Optional<string?> FullName { get; init; }

    /// <summary>A user name to sign in with as well; null for none.</summary>
    public Optional<string?> Username { get; init; }

    /// <summary>Language of mails and pages: a BCP 47 tag such as <c>he</c>; null for none.</summary>
    public Optional<string?> Locale { get; init; }

    internal ProfileRequest Change => new() { FullName = FullName, Username = Username, Locale = Locale };

    void IValidated.Validate(FieldErrors errors)
    {
        Require("full_name", FullName.IsGiven, maxLength: 200);
        Require("username", Username.IsGiven, maxLength: 64);
        Require("locale", Locale.IsGiven, maxLength: 35);
        ((IValidated)Change).Validate(errors);

        void Require(string field, bool isGiven, int maxLength)
        {
            errors.Rule(field, new() { MaxLength = maxLength, MayBeNull = true });
            if (!isGiven)
            {
                errors.Add(field, "Required with PUT, null to clear it; PATCH changes single fields.");
            }
        }
    }
}
