namespace AuthServer.Mail.Outbox;

/// <summary>Every mail there is. A name stands in the database and is not changed while one waits there.</summary>
internal static class MailKinds
{
    /// <summary>Somebody registered with this address: confirm it, or, if it has an account, a word about that.</summary>
    public const string Registration = "registration";
    public const string VerifyEmail = "verify_email";
    public const string ResetPassword = "reset_password";
    public const string PasswordChanged = "password_changed";

    /// <summary>To the new address.</summary>
    public const string ConfirmNewEmail = "confirm_new_email";

    /// <summary>To the address there is still.</summary>
    public const string EmailChangeRequested = "email_change_requested";

    /// <summary>To the address that was replaced.</summary>
    public const string EmailChanged = "email_changed";
    public const string NewDevice = "new_device";
    public const string SessionEndedForReuse = "session_ended_for_reuse";
    public const string AccountLocked = "account_locked";
    public const string Invitation = "invitation";

    /// <summary>Support has asked for a link on somebody's behalf.</summary>
    public const string ResetAskedByStaff = "reset_asked_by_staff";
    public const string ApiKeyMade = "api_key_made";
    public const string ApiKeyExpiring = "api_key_expiring";

    /// <summary>The key stood in a URL.</summary>
    public const string ApiKeyExposed = "api_key_exposed";
    public const string ErasureRequested = "erasure_requested";
    public const string ErasureUndone = "erasure_undone";
    public const string LicenceExpiring = "licence_expiring";
    public const string LicenceDecided = "licence_decided";

    /// <summary>The kinds that share a limit with this one: to the owner of a mailbox these two are the same mail.</summary>
    public static string[] CountedWith(string kind) => kind is Registration or VerifyEmail ? [Registration, VerifyEmail] : [kind];
}
