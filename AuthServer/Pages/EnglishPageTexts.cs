using System.Globalization;

namespace AuthServer.Pages;

internal static class EnglishPageTexts
{
    public static readonly PageTexts All = new()
    {
        Language = "en",
        ResetPassword = new(
            "Set a new password", "When it is set, every device is signed out, and you sign in with the new password.",
            "Save password"),
        ResetPasswordDone = new(
            "Your password is set", "Every device has been signed out. You can sign in with the new password now."),
        Invitation = new("Choose a password", "An account was created for you. Choose a password to start using it.", "Save password"),
        InvitationDone = new("Your account is ready", "You can sign in now."),
        ConfirmEmail = new(
            "Confirm your e-mail address", "Enter the password you chose when you registered, so that we know it was you.",
            "Confirm address"),
        ConfirmEmailAnew = new(
            "I do not know this password",
            "If you have forgotten it, or somebody else registered with your address, set a new one. The old one will then stop working.",
            "Set password and confirm"),
        ConfirmEmailDone = new("Your address is confirmed", "You can sign in now."),
        ConfirmNewEmail = new(
            "Confirm your new e-mail address",
            "Enter the password of the account that is to have this address. From then on you sign in with it, and mails go to it.",
            "Confirm address"),
        ConfirmCorrectedEmail = new(
            "Confirm your new e-mail address",
            "Support was asked to give your account this address. From then on you sign in with it, mails go to it, and every device is "
                + "signed out.",
            "Confirm address"),
        ConfirmNewEmailDone = new("Your new address is confirmed", "From now on, sign in with the new address."),
        ForgotPassword = new(
            "Set a new password", "Enter the e-mail address of your account and we will send you a link to set a new password.",
            "Send link"),
        NewConfirmation = new(
            "Confirm your e-mail address", "Enter the e-mail address you registered with and we will send you a new link.", "Send link"),
        LinkSent = new(
            "Check your mailbox",
            "If there is an account with this address, a mail with a link is on its way. It may take a few minutes; check your spam "
                + "folder, too."),
        Expired = new(
            "This link no longer works",
            "It was already used, is too old, or is incomplete. Enter your e-mail address and we will send you a new link.",
            "Send new link"),
        ExpiredNewEmail = new(
            "This link no longer works",
            "It was already used, is too old, or is incomplete. Ask for the change again in the app, where you are signed in."),
        NewEmailTaken = new("This address is in use", "Another account has this address by now. Your account keeps the address it has."),
        TooMany = new("Please wait a little", "There were too many attempts from your network. Wait a few minutes and try again."),
        Busy = new("Please try again soon", "Too much is going on at this moment. Wait a few seconds and load the page again."),
        Broken = new("Something went wrong", "That was not your fault. Try again in a few minutes."),
        NotFound = new("There is no such page", "Open the link in your mail again, and take care that it is complete."),
        NotUnderstood = new("That did not work", "Open the link in your mail again."),
        AlreadyConfirmed = new("Your address is confirmed", "This link was used before, and your address is confirmed. You can sign in."),
        InvitationFrom = clinic => $"{clinic} created an account for you. Choose a password to start using it.",
        Contact = contact => $"Questions? {contact}",
        OpenApp = "Go to sign-in",
        ShowPassword = "Show password",
        HidePassword = "Hide password",
        Email = "E-mail address",
        Password = "Password",
        NewPassword = "New password",
        BadEmail = "Enter an e-mail address such as name@example.com.",
        NoPassword = "Enter the password.",
        WrongPassword = "This is not the password you registered with.",
        WrongAccountPassword = "This is not the password of your account.",
        Stale = "This page was open for too long, or cookies are off. Please try once more.",
        PasswordRule = fewest =>
            string.Create(
                CultureInfo.InvariantCulture, $"At least {fewest} characters. A few words are easier to remember than a few symbols."),
        LockedOut = minutes => minutes == 1
            ? "Too many wrong passwords. Try again in a minute."
            : string.Create(CultureInfo.InvariantCulture, $"Too many wrong passwords. Try again in {minutes} minutes."),
        PasswordFault = (fewest, typed, messages) => typed switch
        {
            null or "" => "Enter a password.",
            _ when typed.EnumerateRunes().Count() < fewest =>
                string.Create(CultureInfo.InvariantCulture, $"Too short: at least {fewest} characters are needed."),
            _ => string.Join(' ', messages),
        },
    };
}
