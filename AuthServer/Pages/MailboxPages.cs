using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.EmailAddresses;
using AuthServer.Accounts.Identity;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Web;

namespace AuthServer.Pages;

/// <summary>
/// Confirms a mailbox with a mailed link. The account's own address needs the password chosen at registration, or a new one, so
/// that registering with somebody else's address gains nothing. A new address needs the account's password for the same reason, unless
/// staff asked for it.
/// </summary>
internal static class MailboxPages
{
    private const string Password = "password";

    public static void MapMailboxPages(this RouteGroupBuilder pages)
    {
        pages.MapGet(MailPages.ConfirmEmail, ShowProofAsync);
        pages.MapPost(MailPages.ConfirmEmail, ProveAsync);
        pages.MapGet($"{MailPages.ConfirmEmail}/done", (PageTexts texts) => new PageResult(texts.Page(texts.ConfirmEmailDone)));
        pages.MapGet(MailPages.ConfirmNewEmail, ShowChangeAsync);
        pages.MapPost(MailPages.ConfirmNewEmail, ChangeAsync);
        pages.MapGet($"{MailPages.ConfirmNewEmail}/done", (PageTexts texts) => new PageResult(texts.Page(texts.ConfirmNewEmailDone)));
    }

    private static async Task<PageResult> ShowProofAsync(
        string? token, PageTexts texts, PasswordSettings settings, EmailVerification proof, CancellationToken cancellationToken) =>
        await proof.IsGoodAsync(token)
            ? new(ProofPage(texts, token, NewPasswordField.Of(texts, settings)))
            : LinkPages.ExpiredConfirmation(texts, StatusCodes.Status410Gone);

    private static async Task<IResult> ProveAsync(
        PostedForm form, PageTexts texts, PasswordSettings settings, RequestOrigin origin, EmailVerification proof,
        CancellationToken cancellationToken)
    {
        var (token, password, newPassword) = (form[PostedForm.Token], form[Password], form[NewPasswordField.Name]);
        var field = NewPasswordField.Of(texts, settings);
        if (!form.IsOurs)
        {
            return Refused(ProofPage(texts, token, field, fault: texts.Stale));
        }

        if (newPassword is null && PasswordFault(texts, password) is { } fault)
        {
            return Refused(ProofPage(texts, token, field, fault));
        }

        var request = new ConfirmVerificationRequest(Secret.Of(token), Secret.Of(password), Secret.Of(newPassword));
        return await proof.ConfirmAsync(request, null, origin, cancellationToken) switch
        {
            EmailVerificationOutcome.Confirmed => new SeeOther(texts.To($"{MailPages.ConfirmEmail}/done")),
            EmailVerificationOutcome.NotReauthenticated(ReauthenticationRefusal.WrongPassword) =>
                Refused(ProofPage(texts, token, field, texts.WrongPassword)),
            EmailVerificationOutcome.Invalid(var errors) =>
                Refused(ProofPage(texts, token, NewPasswordField.Of(texts, settings, newPassword, errors))),
            EmailVerificationOutcome.NotReauthenticated(ReauthenticationRefusal.LockedOut(var wait)) => new PageResult(
                ProofPage(texts, token, field, fault: texts.LockedOut((int)Math.Ceiling(wait.TotalMinutes))),
                StatusCodes.Status429TooManyRequests,
                wait),
            _ => LinkPages.ExpiredConfirmation(texts, StatusCodes.Status400BadRequest),
        };
    }

    private static string? PasswordFault(PageTexts texts, string? password)
    {
        var errors = new FieldErrors();
        PasswordPolicy.CheckTyped(errors, Password, password);
        return string.IsNullOrEmpty(password) ? texts.NoPassword : errors.Any ? texts.WrongPassword : null;
    }

    private static async Task<PageResult> ShowChangeAsync(
        string? token, PageTexts texts, EmailChangeConfirmation proof, CancellationToken cancellationToken) =>
        await proof.IsGoodAsync(token)
            ? new(ChangePage(texts, token, await proof.NeedsPasswordAsync(token)))
            : new(texts.Page(texts.ExpiredNewEmail), StatusCodes.Status410Gone);

    private static async Task<IResult> ChangeAsync(
        PostedForm form, PageTexts texts, RequestOrigin origin, EmailChangeConfirmation proof, CancellationToken cancellationToken)
    {
        var token = form[PostedForm.Token];
        var needsPassword = await proof.NeedsPasswordAsync(token);
        if (!form.IsOurs)
        {
            return Refused(ChangePage(texts, token, needsPassword, texts.Stale));
        }

        if (needsPassword && PasswordFault(texts, form[Password]) is { } missing)
        {
            return Refused(ChangePage(texts, token, needsPassword, passwordFault: missing));
        }

        return await proof.ConfirmAsync(token, form[Password], null, origin, cancellationToken) switch
        {
            EmailChangeConfirmationOutcome.Changed => new SeeOther(texts.To($"{MailPages.ConfirmNewEmail}/done")),
            EmailChangeConfirmationOutcome.NotReauthenticated(ReauthenticationRefusal.WrongPassword) =>
                Refused(ChangePage(texts, token, needsPassword, passwordFault: texts.WrongPassword)),
            EmailChangeConfirmationOutcome.NotReauthenticated(ReauthenticationRefusal.LockedOut(var wait)) => new PageResult(
                ChangePage(texts, token, needsPassword, texts.LockedOut((int)Math.Ceiling(wait.TotalMinutes))),
                StatusCodes.Status429TooManyRequests,
                wait),
            EmailChangeConfirmationOutcome.Taken => new PageResult(texts.Page(texts.NewEmailTaken), StatusCodes.Status409Conflict),
            _ => Refused(texts.Page(texts.ExpiredNewEmail)),
        };
    }

    private static PageContent ProofPage(
        PageTexts texts, string? token, PageField newPassword, string? passwordFault = null, string? fault = null)
    {
        var password = new PageField(Password, texts.Password, "password", "current-password", Fault: passwordFault);
        var fold = new PageFold(texts.ConfirmEmailAnew.Title, texts.ConfirmEmailAnew.Text, IsOpen: newPassword.Fault is not null);
        return texts.Page(texts.ConfirmEmail,
            new PageForm(texts.To(MailPages.ConfirmEmail), texts.ConfirmEmail.Button, [password], token, fault),
            new PageForm(texts.To(MailPages.ConfirmEmail), texts.ConfirmEmailAnew.Button, [newPassword], token, Fold: fold));
    }

    private static PageContent ChangePage(
        PageTexts texts, string? token, bool needsPassword, string? fault = null, string? passwordFault = null)
    {
        var password = new PageField(Password, texts.Password, "password", "current-password", Fault: passwordFault);
        return texts.Page(
            texts.ConfirmNewEmail,
            new PageForm(
                texts.To(MailPages.ConfirmNewEmail), texts.ConfirmNewEmail.Button, needsPassword ? [password] : [], token, fault));
    }

    private static PageResult Refused(PageContent content) => new(content, StatusCodes.Status400BadRequest);
}
