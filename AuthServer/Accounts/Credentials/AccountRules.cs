namespace AuthServer.Accounts.Credentials;

/// <summary>The combined effect of the settings for registration and sign-in in this environment.</summary>
internal sealed class AccountRules(RegistrationSettings registration, SignInSettings signIn, IHostEnvironment environment)
{
    /// <summary>Whether accounts can only be used once their mailbox is confirmed.</summary>
    public bool VerifyFirst => registration.Mode switch
    {
        RegistrationMode.Automatic => !environment.IsDevelopment(),
        var mode => mode == RegistrationMode.VerifyFirst,
    };

    /// <summary>Whether signing in requires a confirmed mailbox.</summary>
    public bool RequireVerifiedEmail => signIn.RequireVerifiedEmail || VerifyFirst;
}
