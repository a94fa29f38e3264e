using Microsoft.AspNetCore.Antiforgery;

namespace AuthServer.Pages;

/// <summary>A form submitted from one of the pages.</summary>
/// <param name="Fields">Empty if the body was not a form.</param>
/// <param name="IsOurs">Whether it was submitted from our own page in the same browser, not from another site.</param>
internal sealed record PostedForm(IFormCollection Fields, bool IsOurs)
{
    public const string Token = "token";

    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The field's value if it occurs exactly once.</summary>
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
            // The body contains a NUL, or more fields than any of our forms has.
        }

        return new(FormCollection.Empty, IsOurs: false);
    }
}
