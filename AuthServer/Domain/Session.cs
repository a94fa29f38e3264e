using System.Net;

namespace AuthServer.Domain;

/// <summary>
/// One sign-in on one device, which is also the refresh-token store: a refresh token names the session and its generation and
/// carries a MAC, so the row stores neither token nor hash. Rotation changes no indexed column, which keeps the update HOT
/// (PostgreSQL updates no index).
/// </summary>
public sealed class Session
{
    private Session()
    {
    }

    /// <summary>The <c>sid</c> claim of access tokens. Not a secret.</summary>
    public Guid Id { get; private set; }

    public Guid UserId { get; private set; }

    /// <summary>The tenant its tokens are for; null if the person belongs to none.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>How often the refresh token was rotated; only this generation is current.</summary>
    public int Generation { get; private set; }

    public DateTimeOffset RotatedAt { get; private set; }

    /// <summary>When the person entered their credentials (OpenID Connect <c>auth_time</c>).</summary>
    public DateTimeOffset AuthenticatedAt { get; private set; }

    /// <summary>RFC 8176 method names such as <c>pwd</c>.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; private set; } = [];

    /// <summary>The name the app gave the device.</summary>
    public string? DeviceName { get; private set; }

    /// <summary>The client's address at the last sign-in or refresh.</summary>
    public IPAddress? IpAddress { get; private set; }

    /// <summary>The client's user agent at sign-in.</summary>
    public string? UserAgent { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last refreshed.</summary>
    public DateTimeOffset LastUsedAt { get; private set; }

    /// <summary>The session ends if it is not refreshed for this long.</summary>
    public TimeSpan IdleTimeout { get; private set; }

    /// <summary>When it ends regardless of use.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it was ended early; null otherwise.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    public RevocationReason? RevokedReason { get; private set; }
}

/// <summary>Why a session was ended early.</summary>
public enum RevocationReason
{
    SignedOut,

    SignedOutEverywhere,

    /// <summary>The person ended it in the list of devices.</summary>
    EndedByUser,

    PasswordChanged,

    /// <summary>A new password was set with a mailed link.</summary>
    PasswordReset,

    /// <summary>The session was opened before the mailbox was confirmed, possibly by somebody else.</summary>
    MailboxProven,

    /// <summary>Ended by support or an administrator.</summary>
    EndedByStaff,

    AccountDisabled,

    AccountDeleted,

    /// <summary>The person asked for the erasure of their account.</summary>
    ErasureRequested,

    /// <summary>The guest it belonged to has registered.</summary>
    GuestRegistered,

    /// <summary>A refresh token was used twice, which means that two parties hold it.</summary>
    TokenReused,

    /// <summary>A new session was started while there were as many as a person may have, and this one was not used for longest.</summary>
    TooManySessions,
}
