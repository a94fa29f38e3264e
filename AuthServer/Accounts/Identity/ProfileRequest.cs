using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Identity;

/// <summary>Changes to a profile. A field that is left out stays as it is; null clears it.</summary>
public sealed record ProfileRequest : IValidated
{
    /// <summary>The name shown to other people.</summary>
    public Optional<string?> FullName { get; init; }

    /// <summary>A user name to sign in with as well.</summary>
    public Optional<string?> Username { get; init; }

    /// <summary>Language of mails and pages: a BCP 47 tag such as <c>he</c>.</summary>
    public Optional<string?> Locale { get; init => field = value.Map(LanguageTag.Of); }

    /// <summary>PUT requires all fields; null if they are there.</summary>
    internal Problem? FaultOfPut()
    {
        var errors = new FieldErrors();
        Require("full_name", FullName.IsGiven);
        Require("username", Username.IsGiven);
        Require("locale", Locale.IsGiven);
        return errors.Any ? new Problem(ErrorCodes.ValidationFailed, errors.Messages) : null;

        void Require(string field, bool isGiven)
        {
            if (!isGiven)
            {
                errors.Add(field, "Required with PUT, null to clear it; PATCH changes single fields.");
            }
        }
    }

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
