using Microsoft.AspNetCore.Antiforgery;

namespace AuthServer.Pages;

/// <summary>What a person has sent from one of the pages.</summary>
/// <param name="Fields">The fields; none where the body was no form.</param>
/// <param name="IsOurs">Whether it came from a page of ours, in the same browser, and not from another site.</param>
internal sealed record PostedForm(IFormCollection Fields, bool IsOurs)
{
    public const string Token = "token";

    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The field's only value.</summary>
    public string? this[string name] => Fields.TryGetValue(name, out var values) && values is [var value] ? value : null;

    public static async ValueTask<PostedForm?> BindAsync(HttpContext context)
    {
        try
        {
            if (context.Request.ContentType?.Split(';')[0].Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase) == true)
            {
                var fields = await context.Request.ReadFormAsync(context.RequestAborted);
                return new(fields, await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context));
            }
        }
        catch (InvalidDataException)
        {
            // A NUL in it, or more fields than any form has.
        }

        return new(FormCollection.Empty, IsOurs: false);
    }
}
