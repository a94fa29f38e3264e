using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Passwords;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Web;

namespace AuthServer.Pages;

/// <summary>Sets a password with a mailed link: instead of a forgotten one, or the first one of an invitation.</summary>
internal static class PasswordPages
{
    private static readonly Way Reset = new(MailPages.ResetPassword, texts => texts.ResetPassword, texts => texts.ResetPasswordDone);
    private static readonly Way Invitation = new(MailPages.Invitation, texts => texts.Invitation, texts => texts.InvitationDone);

    public static void MapPasswordPages(this RouteGroupBuilder pages)
    {
        foreach (var way in new[] { Reset, Invitation })
        {
            pages.MapGet(
                way.Path,
                (string? token, PageTexts texts, PasswordSettings settings, PasswordReset reset) =>
                ShowAsync(way, token, texts, settings, reset));
            pages.MapPost(
                way.Path,
                (PostedForm form, PageTexts texts, PasswordSettings settings, RequestOrigin origin, PasswordReset reset,
                    CancellationToken cancellationToken) =>
                SetAsync(way, form, texts, settings, origin, reset, cancellationToken));
            pages.MapGet($"{way.Path}/done", (PageTexts texts) => new PageResult(texts.Page(way.Done(texts))));
        }
    }

    private static async Task<PageResult> ShowAsync(
        Way way, string? token, PageTexts texts, PasswordSettings settings, PasswordReset reset) =>
        await reset.IsGoodAsync(token)
            ? Page(way, texts, token, NewPasswordField.Of(texts, settings))
            : LinkPages.ExpiredPassword(texts, StatusCodes.Status410Gone);

    private static async Task<IResult> SetAsync(
        Way way, PostedForm form, PageTexts texts, PasswordSettings settings, RequestOrigin origin, PasswordReset reset,
        CancellationToken cancellationToken)
    {
        var (token, password) = (form[PostedForm.Token], form[NewPasswordField.Name]);
        if (!form.IsOurs)
        {
            return Page(way, texts, token, NewPasswordField.Of(texts, settings), StatusCodes.Status400BadRequest, texts.Stale);
        }

        return await reset.ConfirmAsync(token, password, origin, cancellationToken) switch
        {
            PasswordResetOutcome.Reset => new SeeOther(texts.To($"{way.Path}/done")),
            PasswordResetOutcome.Invalid(var errors) =>
                Page(way, texts, token, NewPasswordField.Of(texts, settings, password, errors), StatusCodes.Status400BadRequest),
            _ => LinkPages.ExpiredPassword(texts, StatusCodes.Status400BadRequest),
        };
    }

    private static PageResult Page(
        Way way, PageTexts texts, string? token, PageField field, int status = StatusCodes.Status200OK, string? fault = null)
    {
        var words = way.Words(texts);
        return new(texts.Page(words, new PageForm(texts.To(way.Path), words.Button, [field], token, fault)), status);
    }

    private sealed record Way(string Path, Func<PageTexts, PageWords> Words, Func<PageTexts, PageWords> Done);
}

/// <summary>The field for a new password, with the rules and the faults of the previous input.</summary>
internal static class NewPasswordField
{
    public const string Name = "new_password";

    public static PageField Of(
        PageTexts texts, PasswordSettings settings, string? typed = null, IReadOnlyDictionary<string, string[]>? errors = null) =>
        new(Name, texts.NewPassword, "password", "new-password", texts.PasswordRule(settings.MinimumLength),
            errors is null ? null : texts.PasswordFault(settings.MinimumLength, typed, errors.Values.SelectMany(messages => messages)));
}
