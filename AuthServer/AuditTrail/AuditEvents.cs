using System.Reflection;

namespace AuthServer.AuditTrail;

/// <summary>The event types of the audit log. A type is stored with the event and never renamed.</summary>
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
    public const string EmailCorrected = "user.email_corrected";
    public const string EmailChanged = "user.email_changed";
    public const string NameTaken = "name.taken";
    public const string AdminCreated = "user.admin_created";
    public const string UserInvited = "user.invited";
    public const string InvitationSentAgain = "user.invitation_sent_again";
    public const string InvitationRevoked = "user.invitation_revoked";
    public const string UserChanged = "user.changed_by_staff";
    public const string UserDisabled = "user.disabled";
    public const string UserEnabled = "user.enabled";
    public const string UserDeleted = "user.deleted";
    public const string RolesChanged = "user.roles_changed";
    public const string UserOpened = "user.opened";
    public const string UserUnlocked = "user.unlocked";
    public const string VerificationRequested = "user.verification_requested_by_staff";
    public const string ResetRequested = "password_reset.requested_by_staff";
    public const string ResetApproved = "password_reset.approved";
    public const string ResetDeclined = "password_reset.declined";
    public const string StaffRefused = "staff.refused";
    public const string TenantCreated = "tenant.created";
    public const string TenantChanged = "tenant.changed";
    public const string TenantSuspended = "tenant.suspended";
    public const string TenantReopened = "tenant.reopened";
    public const string TenantSwitched = "session.tenant_switched";
    public const string PhysicianChanged = "physician.changed";
    public const string LicenceChanged = "licence.changed";
    public const string LicenceVerified = "licence.verified";
    public const string LicenceRenewed = "licence.renewed";
    public const string LicenceRejected = "licence.rejected";
    public const string LicenceSuspended = "licence.suspended";
    public const string LicenceReinstated = "licence.reinstated";
    public const string LicenceExpired = "licence.expired";
    public const string SigningKeyMade = "signing_key.made";
    public const string SigningKeyActivated = "signing_key.activated";
    public const string SigningKeyRevoked = "signing_key.revoked";
    public const string ApiKeyMade = "api_key.made";
    public const string ApiKeyChanged = "api_key.changed";
    public const string ApiKeyRevoked = "api_key.revoked";
    public const string ApiKeyRefused = "api_key.refused";
    public const string ApiKeyExposed = "api_key.exposed";
    public const string ApiKeyTokenIssued = "api_key.token_issued";
    public const string UserExported = "user.exported";
    public const string ErasureRequested = "user.erasure_requested";
    public const string ErasureUndone = "user.erasure_undone";
    public const string UserErased = "user.erased";
    public const string GuestMade = "user.guest_made";
    public const string GuestRegistered = "user.guest_registered";
    public const string PasswordResetRequired = "user.password_reset_required";
    public const string AuditExported = "audit.exported";
    public const string AuditRemoved = "audit.removed";
    public const string UserImported = "user.imported";
    public const string ImportFinished = "import.finished";

    /// <summary>All types, in alphabetical order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. typeof(AuditEvents)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal)];
}
