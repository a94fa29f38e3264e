using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// What became of a registration, in one form: with 201 the person is signed in, and tokens and person are there; with 202 a mail says
/// the rest, and they are not.
/// </summary>
public sealed record RegistrationAnswer
{
    internal const string MailExample = """{"status":"accepted"}""";

    /// <summary>Goes into <c>Authorization: Bearer …</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccessToken { get; init; }

    /// <summary>Buys the next pair, once. Keep it where only the app can read it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RefreshToken { get; init; }

    /// <summary>Always <c>Bearer</c>, if there are tokens.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenType { get; init; }

    /// <summary>Seconds until the access token expires.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExpiresIn { get; init; }

    /// <summary>The person, as <c>GET /auth/me</c> shows them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserView? User { get; init; }

    /// <summary><c>signed_in</c>, or <c>accepted</c>: a mail is on its way, whether or not the address had an account.</summary>
    [OneOf("signed_in", "accepted")]
    public required string Status { get; init; }

    /// <summary>In Development alone: the token of the link, so that the flow can be tried without mail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DevToken { get; init; }

    internal static RegistrationAnswer Of(SignedInResponse signedIn) => new()
    {
        AccessToken = signedIn.AccessToken,
        RefreshToken = signedIn.RefreshToken,
        TokenType = signedIn.TokenType,
        ExpiresIn = signedIn.ExpiresIn,
        User = signedIn.User,
        Status = "signed_in",
    };

    internal static RegistrationAnswer Mailed(string? devToken) => new() { Status = "accepted", DevToken = devToken };

    /// <summary>Without the tokens, so that no log can show them by accident.</summary>
    public override string ToString() => $"{nameof(RegistrationAnswer)} [redacted]";
}
