namespace AuthServer.Pages;

/// <summary>The texts of one page.</summary>
internal sealed record PageWords(string Title, string Text, string Button = "");

/// <summary>The texts of all pages in one language.</summary>
internal sealed record PageTexts
{
    public required string Language { get; init; }

    public required PageWords ResetPassword { get; init; }
    public required PageWords ResetPasswordDone { get; init; }
    public required PageWords Invitation { get; init; }
    public required PageWords InvitationDone { get; init; }
    public required PageWords ConfirmEmail { get; init; }

    /// <summary>For people who do not know the password the account was registered with.</summary>
    public required PageWords ConfirmEmailAnew { get; init; }
    public required PageWords ConfirmEmailDone { get; init; }
    public required PageWords ConfirmNewEmail { get; init; }

    /// <summary>If staff corrected the address.</summary>
    public required PageWords ConfirmCorrectedEmail { get; init; }
    public required PageWords ConfirmNewEmailDone { get; init; }
    public required PageWords ForgotPassword { get; init; }
    public required PageWords NewConfirmation { get; init; }
    public required PageWords LinkSent { get; init; }
    public required PageWords Expired { get; init; }

    /// <summary>For links that only the app can request again.</summary>
    public required PageWords ExpiredNewEmail { get; init; }
    public required PageWords NewEmailTaken { get; init; }

    public required PageWords TooMany { get; init; }
    public required PageWords Busy { get; init; }
    public required PageWords Broken { get; init; }
    public required PageWords NotFound { get; init; }
    public required PageWords NotUnderstood { get; init; }

    public required PageWords AlreadyConfirmed { get; init; }

    /// <summary>What an invitation says, given the name of the clinic that sent it.</summary>
    public required Func<string, string> InvitationFrom { get; init; }

    /// <summary>Whom to turn to, given an address, a telephone number or the like.</summary>
    public required Func<string, string> Contact { get; init; }

    /// <summary>The label of the link to the app.</summary>
    public required string OpenApp { get; init; }
    public required string ShowPassword { get; init; }
    public required string HidePassword { get; init; }

    public required string Email { get; init; }
    public required string Password { get; init; }
    public required string NewPassword { get; init; }
    public required string BadEmail { get; init; }
    public required string NoPassword { get; init; }
    public required string WrongPassword { get; init; }
    public required string WrongAccountPassword { get; init; }

    /// <summary>The form was not issued to this browser.</summary>
    public required string Stale { get; init; }

    /// <summary>The rules for a new password, given the minimum length.</summary>
    public required Func<int, string> PasswordRule { get; init; }

    /// <summary>Given the number of minutes to wait.</summary>
    public required Func<int, string> LockedOut { get; init; }

    /// <summary>
    /// Why a new password was refused, given the minimum length, the input, and the policy's messages in English.
    /// </summary>
    public required Func<int, string?, IEnumerable<string>, string> PasswordFault { get; init; }

    public static ValueTask<PageTexts?> BindAsync(HttpContext context) => new(AskedFor(context));

    public static PageTexts AskedFor(HttpContext context) => In(Platform.Web.Language.AskedFor(context.Request).Tag);

    public static PageTexts In(string language) =>
        Platform.Web.Language.Of(language) == Platform.Web.Language.Hebrew ? HebrewPageTexts.All : EnglishPageTexts.All;

    /// <summary>A page without forms, unless given.</summary>
    public PageContent Page(PageWords words, params IReadOnlyList<PageForm> forms) => new(Language, words.Title, [words.Text], forms);

    /// <summary>Whose password a form is about: for people with two accounts, and for password managers.</summary>
    public PageField Account(string? address, string name = "username") => new(name, Email, "email", "username", Fixed: address ?? "");

    /// <summary>The path of a page in this language.</summary>
    public string To(string path) => $"{path}?lang={Language}";
}
