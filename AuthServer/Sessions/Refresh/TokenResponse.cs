namespace AuthServer.Sessions.Refresh;

/// <summary>A pair of tokens (RFC 6749 section 5.1).</summary>
public record TokenResponse
{
    /// <summary>Goes into <c>Authorization: Bearer …</c>; a JWT (RFC 9068) that any resource server can verify.</summary>
    public required string AccessToken { get; init; }

    /// <summary>Buys the next pair, once. Keep it where only the app can read it.</summary>
    public required string RefreshToken { get; init; }

    /// <summary>Always <c>Bearer</c>.</summary>
    public string TokenType { get; init; } = "Bearer";

    /// <summary>Seconds until the access token expires; never later than the session ends.</summary>
    public required int ExpiresIn { get; init; }

    /// <summary>Without the tokens, so that no log can show them by accident.</summary>
    public sealed override string ToString() => $"{GetType().Name} [redacted]";
}
