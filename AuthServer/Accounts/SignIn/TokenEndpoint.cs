using AuthServer.Accounts.Identity;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Accounts.SignIn;

/// <summary>A pair of tokens, with the person if a password was sent.</summary>
public sealed record TokenFormResponse : TokenResponse
{
    /// <summary>The person, as <c>GET /auth/me</c> shows them; absent after a refresh.</summary>
    [System.Text.Json.Serialization.JsonPropertyOrder(1)]
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public UserView? User { get; init; }
}

/// <summary>
/// The token endpoint that the discovery document names, for OAuth libraries: the same operations as the JSON routes, as a form
/// (RFC 6749), with the standard's errors.
/// </summary>
internal static class TokenEndpoint
{
    public const string FormType = "application/x-www-form-urlencoded";

    private static readonly string[] Known = ["grant_type", "username", "password", "refresh_token"];

    public static async Task<Results<Ok<TokenFormResponse>, Problem>> AnswerAsync(
        HttpRequest request, RequestOrigin origin, PasswordSignIn signIn, RefreshTokenRotation rotation,
        CancellationToken cancellationToken)
    {
        if (!IsForm(request))
        {
            return (Problem)ErrorCodes.UnsupportedMediaType;
        }

        if (await ReadAsync(request, cancellationToken) is not { } form)
        {
            return (Problem)ErrorCodes.BadRequest;
        }

        // RFC 6749 section 3.2: a parameter must not be given more than once, and one without a value counts as left out.
        var errors = new FieldErrors();
        foreach (var twice in Known.Where(name => form[name].Count > 1))
        {
            errors.Add(twice, "Given twice.");
        }

        return form["grant_type"].ToString() switch
        {
            _ when errors.Any => new Problem(ErrorCodes.ValidationFailed, errors.Messages),
            "" or "password" => await SignInAsync(form, origin, signIn, cancellationToken),
            "refresh_token" => await RefreshAsync(form, origin, rotation, cancellationToken),
            _ => (Problem)ErrorCodes.UnsupportedGrantType,
        };
    }

    /// <summary>Whether a refresh token is sent; whatever is wrong with the form is for the endpoint to say.</summary>
    public static async Task<bool> IsRefreshAsync(HttpRequest request, CancellationToken cancellationToken) =>
        IsForm(request) && (await ReadAsync(request, cancellationToken))?["grant_type"].ToString() == "refresh_token";

    private static bool IsForm(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<IFormCollection?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            // The body contains a NUL, or more fields than any form has.
            return null;
        }
    }

    private static async Task<Results<Ok<TokenFormResponse>, Problem>> SignInAsync(
        IFormCollection form, RequestOrigin origin, PasswordSignIn signIn, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var login = new LoginRequest(Username: form["username"], Password: Secret.Of(form["password"]));
        ((IValidated)login).Validate(errors);
        if (errors.Any)
        {
            return new Problem(ErrorCodes.ValidationFailed, errors.Messages);
        }

        var outcome = await signIn.SignInAsync(login.Name!, login.Password!.Reveal(), null, origin, cancellationToken);
        return outcome is SignInOutcome.SignedIn { Response: var response }
            ? Answer(response, response.User)
            : SignInEndpoints.RefusalOf(outcome);
    }

    private static async Task<Results<Ok<TokenFormResponse>, Problem>> RefreshAsync(
        IFormCollection form, RequestOrigin origin, RefreshTokenRotation rotation, CancellationToken cancellationToken)
    {
        var token = form["refresh_token"].ToString();
        if (token.Length == 0)
        {
            return FieldErrors.One("refresh_token", "Required.");
        }

        var outcome = await rotation.RotateAsync(token, origin, cancellationToken);
        return outcome is RotationOutcome.Rotated { Tokens: var tokens } ? Answer(tokens, null) : (Problem)outcome.Refusal;
    }

    private static Ok<TokenFormResponse> Answer(TokenResponse tokens, UserView? user) => TypedResults.Ok(new TokenFormResponse
    {
        AccessToken = tokens.AccessToken,
        RefreshToken = tokens.RefreshToken,
        ExpiresIn = tokens.ExpiresIn,
        User = user,
    });
}
