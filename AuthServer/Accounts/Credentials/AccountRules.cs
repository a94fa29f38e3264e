namespace AuthServer.Accounts.Credentials;

/// <summary>What the settings of registering and of signing in come to together, in this environment.</summary>
internal sealed class AccountRules(RegistrationSettings registration, SignInSettings signIn, IHostEnvironment environment)
{
    /// <summary>Whether an account can be used only once its mailbox is proven.</summary>
    public bool VerifyFirst => registration.Mode switch
    {
        RegistrationMode.Automatic => !environment.IsDevelopment(),
        var mode => mode == RegistrationMode.VerifyFirst,
    };

    /// <summary>Whether an unproven mailbox keeps the door shut.</summary>
    public bool RequireVerifiedEmail => signIn.RequireVerifiedEmail || VerifyFirst;
}
