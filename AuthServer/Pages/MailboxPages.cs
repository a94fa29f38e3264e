using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.EmailAddresses;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
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
        pages.MapGet(
            $"{MailPages.ConfirmEmail}/done",
            (string? clinic, PageTexts texts, ClinicOfPage clinics) => clinics.LastAsync(texts, texts.ConfirmEmailDone, clinic));
        pages.MapGet(MailPages.ConfirmNewEmail, ShowChangeAsync);
        pages.MapPost(MailPages.ConfirmNewEmail, ChangeAsync).TellsTaken(ErrorCodes.EmailTaken);
        pages.MapGet(
            $"{MailPages.ConfirmNewEmail}/done",
            (string? clinic, PageTexts texts, ClinicOfPage clinics) => clinics.LastAsync(texts, texts.ConfirmNewEmailDone, clinic));
    }

    private static async Task<PageResult> ShowProofAsync(
        string? token, PageTexts texts, PasswordSettings settings, EmailVerification proof, ClinicOfPage clinics) =>
        await proof.FindAsync(token) is { } user ? new(new ProofForm(texts, settings, token, user.Email).Page())
        : await proof.IsAlreadyConfirmedAsync(token) ? await clinics.LastAsync(texts, texts.AlreadyConfirmed, null)
        : LinkPages.ExpiredConfirmation(texts, StatusCodes.Status410Gone);

    private static async Task<IResult> ProveAsync(
        PostedForm posted, PageTexts texts, PasswordSettings settings, RequestOrigin origin, EmailVerification proof, ClinicOfPage clinics,
        CancellationToken cancellationToken)
    {
        var (token, password, newPassword) = (posted[PostedForm.Token], posted[Password], posted[NewPasswordField.Name]);
        var user = await proof.FindAsync(token);
        var form = new ProofForm(texts, settings, token, user?.Email);
        if (user is not null && !posted.IsOurs)
        {
            return Refused(form.Page(fault: texts.Stale));
        }

        if (user is not null && newPassword is null && PasswordFault(texts, password, texts.WrongPassword) is { } fault)
        {
            return Refused(form.Page(fault));
        }

        var request = new ConfirmVerificationRequest(Secret.Of(token), Secret.Of(password), Secret.Of(newPassword));
        return await proof.ConfirmAsync(request, null, origin, cancellationToken) switch
        {
            EmailVerificationOutcome.Confirmed => clinics.Done(texts, MailPages.ConfirmEmail, await clinics.FindAsync(user)),
            EmailVerificationOutcome.AlreadyConfirmed => await clinics.LastAsync(texts, texts.AlreadyConfirmed, null),
            EmailVerificationOutcome.NotReauthenticated(ReauthenticationRefusal.WrongPassword) => Refused(form.Page(texts.WrongPassword)),
            EmailVerificationOutcome.Invalid(var errors) =>
                Refused(form.Page(newPassword: NewPasswordField.Of(texts, settings, newPassword, errors))),
            EmailVerificationOutcome.NotReauthenticated(ReauthenticationRefusal.LockedOut(var wait)) => new PageResult(
                form.Page(fault: texts.LockedOut((int)Math.Ceiling(wait.TotalMinutes))), StatusCodes.Status429TooManyRequests, wait),
            _ => LinkPages.ExpiredConfirmation(texts, StatusCodes.Status400BadRequest),
        };
    }

    private static string? PasswordFault(PageTexts texts, string? password, string wrong)
    {
        var errors = new FieldErrors();
        PasswordPolicy.CheckTyped(errors, Password, password);
        return string.IsNullOrEmpty(password) ? texts.NoPassword : errors.Any ? wrong : null;
    }

    private static async Task<PageResult> ShowChangeAsync(
        string? token, PageTexts texts, EmailChangeConfirmation proof, ClinicOfPage clinics) =>
        await proof.FindAsync(token) is { } user ? new((await ChangeForm.OfAsync(texts, token, user, proof)).Page())
        : await proof.IsAlreadyConfirmedAsync(token) ? await clinics.LastAsync(texts, texts.AlreadyConfirmed, null)
        : new(texts.Page(texts.ExpiredNewEmail), StatusCodes.Status410Gone);

    private static async Task<IResult> ChangeAsync(
        PostedForm posted, PageTexts texts, RequestOrigin origin, EmailChangeConfirmation proof, ClinicOfPage clinics,
        CancellationToken cancellationToken)
    {
        var token = posted[PostedForm.Token];
        var user = await proof.FindAsync(token);
        var form = await ChangeForm.OfAsync(texts, token, user, proof);
        if (user is not null && !posted.IsOurs)
        {
            return Refused(form.Page(texts.Stale));
        }

        if (user is not null && form.NeedsPassword && PasswordFault(texts, posted[Password], texts.WrongAccountPassword) is { } missing)
        {
            return Refused(form.Page(passwordFault: missing));
        }

        return await proof.ConfirmAsync(token, posted[Password], null, origin, cancellationToken) switch
        {
            EmailChangeConfirmationOutcome.Changed => clinics.Done(texts, MailPages.ConfirmNewEmail, await clinics.FindAsync(user)),
            EmailChangeConfirmationOutcome.AlreadyConfirmed => await clinics.LastAsync(texts, texts.AlreadyConfirmed, null),
            EmailChangeConfirmationOutcome.NotReauthenticated(ReauthenticationRefusal.WrongPassword) =>
                Refused(form.Page(passwordFault: texts.WrongAccountPassword)),
            EmailChangeConfirmationOutcome.NotReauthenticated(ReauthenticationRefusal.LockedOut(var wait)) => new PageResult(
                form.Page(texts.LockedOut((int)Math.Ceiling(wait.TotalMinutes))),
                StatusCodes.Status429TooManyRequests,
                wait),
            EmailChangeConfirmationOutcome.Taken => new PageResult(texts.Page(texts.NewEmailTaken), StatusCodes.Status409Conflict),
            _ => Refused(texts.Page(texts.ExpiredNewEmail)),
        };
    }

    private static PageResult Refused(PageContent content) => new(content, StatusCodes.Status400BadRequest);

    /// <summary>The two forms behind a confirmation link: the password chosen at registration, or a new one.</summary>
    private sealed record ProofForm(PageTexts Texts, PasswordSettings Settings, string? Token, string? Address)
    {
        public PageContent Page(string? passwordFault = null, PageField? newPassword = null, string? fault = null)
        {
            newPassword ??= NewPasswordField.Of(Texts, Settings);
            var password = new PageField(Password, Texts.Password, "password", "current-password", Fault: passwordFault);
            var (known, anew) = (Texts.ConfirmEmail, Texts.ConfirmEmailAnew);
            var fold = new PageFold(anew.Title, anew.Text, IsOpen: newPassword.Fault is not null);
            var action = Texts.To(MailPages.ConfirmEmail);
            return Texts.Page(known,
                new PageForm(action, known.Button, [Texts.Account(Address), password], Token, fault),
                new PageForm(action, anew.Button, [Texts.Account(Address, "account"), newPassword], Token, Fold: fold));
        }
    }

    /// <summary>The form behind a link to a new mailbox. If staff asked for it, the mailbox is proof enough.</summary>
    private sealed record ChangeForm(PageTexts Texts, string? Token, User? User, bool NeedsPassword)
    {
        public static async Task<ChangeForm> OfAsync(PageTexts texts, string? token, User? user, EmailChangeConfirmation proof) =>
            new(texts, token, user, user is null || !await proof.IsVouchedAsync(user, CancellationToken.None));

        public PageContent Page(string? fault = null, string? passwordFault = null)
        {
            var password = new PageField(Password, Texts.Password, "password", "current-password", Fault: passwordFault);
            // The new address: whoever opened a link that was sent to the wrong mailbox must not learn the one the account has.
            var account = Texts.Account(User?.PendingEmail);
            PageField[] fields = NeedsPassword ? [account, password] : [account];
            var words = NeedsPassword ? Texts.ConfirmNewEmail : Texts.ConfirmCorrectedEmail;
            return Texts.Page(words, new PageForm(Texts.To(MailPages.ConfirmNewEmail), words.Button, fields, Token, fault));
        }
    }
}
