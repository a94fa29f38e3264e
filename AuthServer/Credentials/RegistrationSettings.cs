using AuthServer.Http;

namespace AuthServer.Credentials;

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

    IEnumerable<string> ISettings.Faults() => [];
}
