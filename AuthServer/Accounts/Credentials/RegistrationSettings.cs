using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>How people come by an account.</summary>
public enum RegistrationMode
{
    /// <summary><see cref="Immediate"/> in Development, <see cref="VerifyFirst"/> elsewhere.</summary>
    Automatic,

    /// <summary>An account can be used once its mailbox is proven; nobody learns from registering who has an account.</summary>
    VerifyFirst,

    /// <summary>Whoever registers is signed in at once; an address that is taken is told.</summary>
    Immediate,
}

/// <summary>Making accounts.</summary>
public sealed class RegistrationSettings : ISettings
{
    static string ISettings.Section => "Registration";

    /// <summary>When a new account can be used.</summary>
    public RegistrationMode Mode { get; set; }

    /// <summary>Whether people may look around without an account of their own.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>How long a guest account is kept that nobody uses.</summary>
    public TimeSpan GuestsKeptFor { get; set; } = TimeSpan.FromDays(30);

    IEnumerable<string> ISettings.Validate()
    {
        if (GuestsKeptFor < TimeSpan.FromHours(1))
        {
            yield return "Registration:GuestsKeptFor must be an hour at least.";
        }
    }
}
