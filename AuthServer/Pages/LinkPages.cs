using AuthServer.Accounts.EmailAddresses;
using AuthServer.Accounts.Passwords;
using AuthServer.Domain;
using AuthServer.Mail.Texts;

namespace AuthServer.Pages;

/// <summary>Requests for a new link: the response is the same whether or not the address has an account.</summary>
internal static class LinkPages
{
    private const string NewConfirmation = "/account/new-confirmation";
    private const string Email = "email";

    public static void MapLinkPages(this RouteGroupBuilder pages)
    {
        pages.MapGet(MailPages.ForgottenPassword, (PageTexts texts) => Page(texts, texts.ForgotPassword, MailPages.ForgottenPassword));
        pages.MapPost(
            MailPages.ForgottenPassword,
            (PostedForm form, PageTexts texts, PasswordReset reset, CancellationToken cancellationToken) =>
            AskAsync(
                form, texts, texts.ForgotPassword, MailPages.ForgottenPassword,
                email => reset.RequestAsync(email, texts.Language, null, cancellationToken)));
        pages.MapGet(NewConfirmation, (PageTexts texts) => Page(texts, texts.NewConfirmation, NewConfirmation));
        pages.MapPost(NewConfirmation, (PostedForm form, PageTexts texts, EmailVerification proof, CancellationToken cancellationToken) =>
            AskAsync(
                form, texts, texts.NewConfirmation, NewConfirmation,
                email => proof.RequestAsync(email, texts.Language, null, cancellationToken)));
    }

    /// <summary>For a password link that is no longer valid.</summary>
    public static PageResult ExpiredPassword(PageTexts texts, int status) =>
        Page(texts, texts.Expired, MailPages.ForgottenPassword, status);

    /// <summary>For a confirmation link that is no longer valid.</summary>
    public static PageResult ExpiredConfirmation(PageTexts texts, int status) => Page(texts, texts.Expired, NewConfirmation, status);

    private static async Task<PageResult> AskAsync(
        PostedForm form, PageTexts texts, PageWords words, string path, Func<string, Task> askAsync)
    {
        if (!form.IsOurs)
        {
            return Page(texts, words, path, StatusCodes.Status400BadRequest, formFault: texts.Stale);
        }

        if (EmailAddress.Parse(form[Email]) is not { } email)
        {
            return Page(texts, words, path, StatusCodes.Status400BadRequest, emailFault: texts.BadEmail);
        }

        await askAsync(email.Address);
        return new(texts.Page(texts.LinkSent), StatusCodes.Status202Accepted);
    }

    private static PageResult Page(
        PageTexts texts, PageWords words, string path, int status = StatusCodes.Status200OK, string? formFault = null,
        string? emailFault = null) =>
        new(
            texts.Page(
                words,
                new PageForm(
                    texts.To(path), words.Button, [new(Email, texts.Email, "email", "email", Fault: emailFault)], Fault: formFault)),
            status);
}
