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
}
