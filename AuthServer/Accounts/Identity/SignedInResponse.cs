using System.Text.Json.Serialization;
using AuthServer.Sessions.Refresh;

namespace AuthServer.Accounts.Identity;

/// <summary>A pair of tokens and the person they are for.</summary>
public sealed record SignedInResponse : TokenResponse
{
    /// <summary>The person, as <c>GET /auth/me</c> shows them.</summary>
    [JsonPropertyOrder(1)]
    public required UserView User { get; init; }
}
