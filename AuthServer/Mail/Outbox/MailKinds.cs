namespace AuthServer.Mail.Outbox;

/// <summary>
/// All kinds of mail. The names are stored in the database and must not change while a mail of that kind is waiting.
/// </summary>
internal static class MailKinds
{
    /// <summary>
    /// Somebody registered with this address: a confirmation link or, if the address already has an account, a note saying so.
    /// </summary>
    public const string Registration = "registration";
    public const string VerifyEmail = "verify_email";
    public const string ResetPassword = "reset_password";
    public const string PasswordChanged = "password_changed";

    /// <summary>Sent to the new address.</summary>
    public const string ConfirmNewEmail = "confirm_new_email";

    /// <summary>Sent to the current address.</summary>
    public const string EmailChangeRequested = "email_change_requested";

    /// <summary>Sent to the replaced address.</summary>
    public const string EmailChanged = "email_changed";
    public const string NewDevice = "new_device";
    public const string SessionEndedForReuse = "session_ended_for_reuse";
    public const string AccountLocked = "account_locked";
    public const string Invitation = "invitation";

    /// <summary>Support requested a reset link on somebody's behalf.</summary>
    public const string ResetAskedByStaff = "reset_asked_by_staff";

    /// <summary>Sent to somebody who got power over others.</summary>
    public const string PowerGained = "power_gained";

    /// <summary>Sent to the other administrators.</summary>
    public const string PowerGiven = "power_given";
    public const string ApiKeyMade = "api_key_made";
    public const string ApiKeyExpiring = "api_key_expiring";

    /// <summary>The key appeared in a URL.</summary>
    public const string ApiKeyExposed = "api_key_exposed";
    public const string ErasureRequested = "erasure_requested";
    public const string ErasureUndone = "erasure_undone";
    public const string LicenceExpiring = "licence_expiring";
    public const string LicenceDecided = "licence_decided";

    /// <summary>The kinds that share a rate limit with this one: to the owner of a mailbox these two are the same mail.</summary>
    public static string[] CountedWith(string kind) => kind is Registration or VerifyEmail ? [Registration, VerifyEmail] : [kind];
}
