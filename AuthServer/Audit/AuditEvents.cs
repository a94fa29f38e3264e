namespace AuthServer.Audit;

/// <summary>What the audit log tells of. A name is part of the record and is never changed.</summary>
internal static class AuditEvents
{
    public const string Registered = "user.registered";
    public const string RegistrationRefused = "registration.refused";
    public const string SignedIn = "session.started";
    public const string SignInFailed = "sign_in.failed";
    public const string SignInLocked = "sign_in.locked";
    public const string SessionEnded = "session.ended";
    public const string RefreshTokenReused = "refresh_token.reused";
    public const string ProfileChanged = "user.profile_changed";
    public const string PasswordChanged = "user.password_changed";
    public const string PasswordReset = "user.password_reset";
    public const string EmailVerified = "user.email_verified";
    public const string EmailChangeRequested = "user.email_change_requested";
    public const string EmailChangeCancelled = "user.email_change_cancelled";
    public const string EmailChanged = "user.email_changed";
    public const string AdminCreated = "user.admin_created";
    public const string SigningKeyMade = "signing_key.made";
}
