using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Passwords;
using AuthServer.Domain;
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
                (string? token, PageTexts texts, PasswordSettings settings, PasswordReset reset, ClinicOfPage clinics) =>
                ShowAsync(new(way, texts, settings, token), reset, clinics));
            pages.MapPost(
                way.Path,
                (PostedForm form, PageTexts texts, PasswordSettings settings, RequestOrigin origin, PasswordReset reset,
                    ClinicOfPage clinics, CancellationToken cancellationToken) =>
                SetAsync(new(way, texts, settings, form[PostedForm.Token]), form, origin, reset, clinics, cancellationToken));
            pages.MapGet(
                $"{way.Path}/done",
                (string? clinic, PageTexts texts, ClinicOfPage clinics) => clinics.LastAsync(texts, way.Done(texts), clinic));
        }
    }

    private static async Task<PageResult> ShowAsync(Form form, PasswordReset reset, ClinicOfPage clinics) =>
        await reset.FindAsync(form.Token) is { } user
            ? new(form.For(user, await clinics.FindAsync(user)))
            : LinkPages.ExpiredPassword(form.Texts, StatusCodes.Status410Gone);

    private static async Task<IResult> SetAsync(
        Form form, PostedForm posted, RequestOrigin origin, PasswordReset reset, ClinicOfPage clinics, CancellationToken cancellationToken)
    {
        if (await reset.FindAsync(form.Token) is not { } user)
        {
            return LinkPages.ExpiredPassword(form.Texts, StatusCodes.Status400BadRequest);
        }

        var (password, clinic) = (posted[NewPasswordField.Name], await clinics.FindAsync(user));
        if (!posted.IsOurs)
        {
            return new PageResult(form.For(user, clinic, fault: form.Texts.Stale), StatusCodes.Status400BadRequest);
        }

        return await reset.ConfirmAsync(form.Token, password, origin, cancellationToken) switch
        {
            PasswordResetOutcome.Reset => clinics.Done(form.Texts, form.Way.Path, clinic),
            PasswordResetOutcome.Invalid(var errors) =>
                new PageResult(form.For(user, clinic, password, errors), StatusCodes.Status400BadRequest),
            _ => LinkPages.ExpiredPassword(form.Texts, StatusCodes.Status400BadRequest),
        };
    }

    /// <summary>The form behind a link, in one language.</summary>
    private sealed record Form(Way Way, PageTexts Texts, PasswordSettings Settings, string? Token)
    {
        public PageContent For(
            User user, Tenant? clinic, string? typed = null, IReadOnlyDictionary<string, string[]>? errors = null, string? fault = null)
        {
            var words = Way.Words(Texts);
            words = Way == Invitation && clinic is not null ? words with { Text = Texts.InvitationFrom(clinic.Name) } : words;
            var fields = new[] { Texts.Account(user.Email), NewPasswordField.Of(Texts, Settings, typed, errors) };
            return Texts.Page(words, new PageForm(Texts.To(Way.Path), words.Button, fields, Token, fault));
        }
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
