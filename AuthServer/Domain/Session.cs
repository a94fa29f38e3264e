using System.Net;

namespace AuthServer.Domain;

/// <summary>
/// One sign-in on one device, and at the same time the refresh-token store: a refresh token names the session and its
/// generation and carries a MAC, so the row keeps neither token nor hash. Rotation changes no indexed column, which
/// keeps the update HOT (PostgreSQL then touches no index).
/// </summary>
public sealed class Session
{
    private Session()
    {
    }

    /// <summary>The session's id, as access tokens carry it in <c>sid</c>. Not a secret.</summary>
    public Guid Id { get; private set; }

    /// <summary>Whose it is.</summary>
    public Guid UserId { get; private set; }

    /// <summary>The tenant its tokens are for; null where the person has none.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>How often the refresh token has been rotated; only this generation of it is current.</summary>
    public int Generation { get; private set; }

    /// <summary>When the current generation was made.</summary>
    public DateTimeOffset RotatedAt { get; private set; }

    /// <summary>When the person proved who they are (OpenID Connect <c>auth_time</c>).</summary>
    public DateTimeOffset AuthenticatedAt { get; private set; }

    /// <summary>How the person proved it: RFC 8176 method names such as <c>pwd</c>.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; private set; } = [];

    /// <summary>What the app calls the device.</summary>
    public string? DeviceName { get; private set; }

    /// <summary>The client's address at the last sign-in or refresh.</summary>
    public IPAddress? IpAddress { get; private set; }

    /// <summary>The client's user agent at sign-in.</summary>
    public string? UserAgent { get; private set; }

    /// <summary>When the session was started.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last refreshed.</summary>
    public DateTimeOffset LastUsedAt { get; private set; }

    /// <summary>How long it may rest unused.</summary>
    public TimeSpan IdleTimeout { get; private set; }

    /// <summary>When it ends, however much it is used.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it was ended early; null while it lives.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Why it was ended early.</summary>
    public RevocationReason? RevokedReason { get; private set; }
}

/// <summary>Why a session was ended before its time.</summary>
public enum RevocationReason
{
    /// <summary>The person signed out.</summary>
    SignedOut,

    /// <summary>The person signed out everywhere.</summary>
    SignedOutEverywhere,

    /// <summary>The person ended it from the list of devices.</summary>
    EndedByUser,

    /// <summary>The person changed the password.</summary>
    PasswordChanged,

    /// <summary>The password was set anew with a mailed link.</summary>
    PasswordReset,

    /// <summary>It was opened before the mailbox was proven, perhaps by somebody else.</summary>
    MailboxProven,

    /// <summary>Support or an administrator ended it.</summary>
    EndedByStaff,

    /// <summary>The account was switched off.</summary>
    AccountDisabled,

    /// <summary>The account was deleted.</summary>
    AccountDeleted,

    /// <summary>The person asked for their account to be erased.</summary>
    ErasureRequested,

    /// <summary>The guest it belonged to registered.</summary>
    GuestRegistered,

    /// <summary>A refresh token was used a second time, which means that two parties hold it.</summary>
    TokenReused,
}
