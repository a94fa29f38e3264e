namespace AuthServer.Sessions.AccessTokens;

/// <summary>The contents of a session's next token.</summary>
/// <param name="Subject">The person.</param>
/// <param name="AuthenticatedAt">When the person authenticated.</param>
/// <param name="Methods">How they authenticated (RFC 8176).</param>
/// <param name="SessionEndsAt">When the session ends unless it is refreshed; no token outlives it.</param>
internal sealed record TokenClaims(
    TokenSubject Subject, DateTimeOffset AuthenticatedAt, IReadOnlyList<string> Methods, DateTimeOffset SessionEndsAt);
