using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>When a new account can be used.</summary>
public enum RegistrationMode
{
    /// <summary><see cref="Immediate"/> in Development, <see cref="VerifyFirst"/> elsewhere.</summary>
    Automatic,

    /// <summary>
    /// An account can only be used once its mailbox is confirmed; registration does not reveal who has an account.
    /// </summary>
    VerifyFirst,

    /// <summary>Registration signs people in at once; an address that is taken is reported.</summary>
    Immediate,
}

/// <summary>Registration and guests.</summary>
public sealed class RegistrationSettings : ISettings
{
    static string ISettings.Section => "Registration";

    /// <summary>When a new account can be used.</summary>
    public RegistrationMode Mode { get; set; }

    /// <summary>Whether people may use the app as guests, without an account of their own.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>How long an unused guest account is kept.</summary>
    public TimeSpan GuestsKeptFor { get; set; } = TimeSpan.FromDays(30);

    IEnumerable<string> ISettings.Validate()
    {
        if (GuestsKeptFor < TimeSpan.FromHours(1))
        {
            yield return "Registration:GuestsKeptFor must be at least an hour.";
        }
    }
}
