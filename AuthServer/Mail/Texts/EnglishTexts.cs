using System.Globalization;
using AuthServer.Domain;

namespace AuthServer.Mail.Texts;

internal sealed class EnglishTexts(string appName, string people) : MailTexts
{
    private const string NewPassword = "Set a new password";
    private const string NothingToDo =
        "If it was you, there is nothing to do. If not, set a new password at once: that signs out every device.";

    private const string NewToUs = "on a device or from a network that was new to us, or after several wrong passwords";

    public override string Language => "en";

    public override MailContent VerifyEmail(string url, TimeSpan lifetime) => new(
        Language, "Confirm your e-mail address", "One step is left.",
        [$"Thank you for registering at {appName}. Please confirm that this address is yours.", Once(lifetime)],
        new("Confirm address", url),
        Footer: "If you did not register, you can ignore this mail: nothing happens without your confirmation.");

    public override MailContent AlreadyRegistered(string resetUrl) => new(
        Language, "You already have an account", "There is no need to register again.",
        [$"Somebody, probably you, tried to register at {appName} with this address. It has an account already, so nothing was changed.",
            "You can sign in as usual. If you no longer know the password, set a new one."],
        new(NewPassword, resetUrl),
        Footer: "If it was not you, you can ignore this mail.");

    public override MailContent ResetPassword(string url, TimeSpan lifetime) => new(
        Language, "Reset your password", $"The link works for {Span(lifetime)}.",
        [
            $"A new password was requested or is required for your account at {appName}.",
            $"{Once(lifetime)} When the password is set, every device is signed out."],
        new(NewPassword, url),
        Footer: "If you did not ask for it, you can ignore this mail: nothing changes until a new password is set.");

    public override MailContent PasswordChanged(DateTimeOffset at, string? from, string resetUrl) => new(
        Language, "Your password was changed", "If it was you, there is nothing to do.",
        [$"The password of your account at {appName} was changed.", NothingToDo],
        new(NewPassword, resetUrl), [When(at), From(from)]);

    public override MailContent ConfirmNewEmail(string url, TimeSpan lifetime) => new(
        Language, "Confirm your new e-mail address", "One step is left.",
        [
            $"Somebody, probably you, wants to use this address for an account at {appName}. Until it is confirmed, the old address stays.",
            Once(lifetime)],
        new("Confirm address", url),
        Footer: "If it was not you, you can ignore this mail: nothing happens without your confirmation.");

    public override MailContent EmailChangeRequested(string newEmail, DateTimeOffset at) => new(
        Language, "A new e-mail address was asked for", "Your address stays until the new one is confirmed.",
        [$"Somebody, probably you, asked to use another e-mail address for your account at {appName}. "
            + "Your address stays until the new one is confirmed."],
        Facts: [NewAddress(newEmail), When(at)],
        Footer: "If it was not you, sign in, cancel the change in your account's settings, and set a new password.");

    public override MailContent EmailChanged(string newEmail, DateTimeOffset at) => new(
        Language, "Your e-mail address was changed", "From now on, mails go to your new address.",
        [$"Your account at {appName} has a new e-mail address. From now on, mails go there."],
        Facts: [NewAddress(newEmail), When(at)],
        Footer: $"If it was not you, turn to the people at {people} at once.");

    public override MailContent NewDevice(string? device, Gathered when, string? from, string resetUrl) => new(
        Language, "New sign-in to your account", "If it was you, there is nothing to do.",
        [
            when.Count == 1
                ? $"Somebody, probably you, signed in to your account at {appName} {NewToUs}."
                : $"There were {when.Count} sign-ins to your account at {appName} within an hour, each {NewToUs}. "
                    + "The first one and the time of the last are shown below.",
            NothingToDo],
        new(NewPassword, resetUrl), [Device(device), When(when.At), From(from)]);

    public override MailContent SessionEndedForReuse(string? device, Gathered when, string resetUrl) => new(
        Language, "You were signed out on one device", "You can sign in again as usual.",
        [
            $"One device tried to stay signed in at {appName} with a key that had been used before. "
                + "It may have been copied, so we signed the device out to be safe.",
            when.Count == 1
                ? "You can sign in again as usual. If this happens again, set a new password."
                : $"This happened {when.Count} times within an hour: set a new password."],
        new(NewPassword, resetUrl), [Device(device), When(when.At)]);

    public override MailContent AccountLocked(DateTimeOffset until, string resetUrl) => new(
        Language, "Signing in is paused for a while", "There were too many wrong passwords.",
        [$"There were too many attempts to sign in to your account at {appName} with a wrong password, so signing in is paused.",
            "You can wait until the time below, or set a new password now."],
        new(NewPassword, resetUrl), [new("Paused until", Time(until))],
        "If it was not you, nobody has got in. A password that you use nowhere else keeps it that way.");

    public override MailContent PasswordRefused(DateTimeOffset until, string resetUrl) => new(
        Language, "Set a new password to sign in", "There were very many wrong passwords.",
        [$"There were very many attempts in a row to sign in to your account at {appName} with a wrong password. Your password is now "
            + "accepted only from places where you signed in during the last month.",
            "Sign in once from such a place, or set a new password, and you can sign in from anywhere again."],
        new(NewPassword, resetUrl), [new("Otherwise paused until", Time(until))],
        "If it was not you, nobody has got in. A password that you use nowhere else keeps it that way.");

    public override MailContent AlreadyConfirmed(string resetUrl) => new(
        Language, "Your e-mail address is confirmed", "There is nothing left to do.",
        [$"Somebody, probably you, asked for another mail to confirm this address at {appName}. It is confirmed already.",
            "You can sign in as usual. If you no longer know the password, set a new one."],
        new(NewPassword, resetUrl),
        Footer: "If it was not you, you can ignore this mail.");

    public override MailContent Invitation(string url, TimeSpan lifetime, InvitationSender? from = null) => new(
        Language, "Your account is ready", "Only a password is missing.",
        [from switch
        {
            null => $"An account at {appName} was made for you. To use it, choose a password.",
            { Person: { } person } => $"{person} of {from.Clinic} made an account for you at {appName}. To use it, choose a password.",
            _ => $"{from.Clinic} made an account for you at {appName}. To use it, choose a password.",
        }, Once(lifetime)],
        new("Choose a password", url),
        Footer: "If you did not expect this, you can ignore this mail.");

    public override MailContent ResetAskedByStaff(DateTimeOffset at) => new(
        Language, "A new password was asked for", "Your password stays as it is for now.",
        [
            $"Support at {appName} was asked to send you a link to set a new password. "
                + "A second person has to agree before it is sent, so nothing has changed yet.",
            "If you asked for it, there is nothing to do."],
        Facts: [When(at)],
        Footer: $"If it was not you, tell the people at {people} at once.");

    public override MailContent ErasureRequested(DateTimeOffset at, DateTimeOffset due, string resetUrl) => new(
        Language, "Your account will be deleted", "You can keep it by signing in.",
        [
            $"Somebody, probably you, asked for your account at {appName} to be deleted. Every device was signed out. "
                + "At the time below, the account and everything personal in it will be gone for good.",
            "To keep it, sign in before then."],
        new(NewPassword, resetUrl), [new("Deleted on", Time(due)), When(at)],
        "If it was not you, somebody else may know your password: set a new one, then sign in.");

    public override MailContent ErasureUndone(DateTimeOffset at, string resetUrl) => new(
        Language, "Your account stays", "It will not be deleted.",
        [$"Somebody, probably you, signed in to your account at {appName}, so it will not be deleted.", NothingToDo],
        new(NewPassword, resetUrl), [When(at)]);

    public override MailContent PowerGained(PowerNews news) => new(
        Language, "Your rights have changed", "Please read what is new.",
        [$"You were given new rights at {appName}. They are listed below.",
            "If you expected this, there is nothing to do. If not, tell the people who run it."],
        Facts: [.. Power(news)]);

    public override MailContent PowerGiven(PowerNews news) => new(
        Language, "Somebody was given new rights", "Please check that this is right.",
        [$"Somebody was given new rights at {appName}. You are told because you are an administrator.",
            "If you expected this, there is nothing to do. If not, take the rights back; the audit log says who gave them."],
        Facts: [.. Power(news)]);

    public override MailContent ApiKeyMade(ApiKeyNews news, string? from, string resetUrl) => new(
        Language, "An API key was created for you", "If it was you, there is nothing to do.",
        [$"An API key was created for you at {appName}. A service can use it to act on your behalf.",
            "If it was you, there is nothing to do. If not, set a new password at once, and revoke the key."],
        new(NewPassword, resetUrl), [Key(news), When(news.At), From(from), Until(news)]);

    public override MailContent ApiKeyExpiring(ApiKeyNews news) => new(
        Language, "One of your keys expires soon", "A new one is needed.",
        [$"An API key of yours at {appName} expires soon, and the service that uses it will be refused.",
            "Make another one with the same name and give it to the service; both work until you revoke the old one. If it is not needed "
                + "any more, there is nothing to do."],
        Facts: [Key(news), Until(news)]);

    public override MailContent ApiKeyExposed(ApiKeyNews news) => new(
        Language, "One of your keys needs to be replaced", "It was sent in a way that is not safe.",
        [
            $"An API key of yours at {appName} was sent as part of a web address. "
                + "Such addresses are kept in logs, where others may read them. The request was refused; the key still works.",
            "Make another one with the same name, give it to the service, and revoke this one."],
        Facts: [Key(news), When(news.At)]);

    public override MailContent LicenceVerified(LicenceNews news) => new(
        Language, "Your profile was confirmed", "You can begin.",
        [
            $"Your licence was checked, and from now on you are a physician at {appName}.",
            "If an app is open, sign in again or wait a few minutes."],
        Facts: [.. Licence(news)]);

    public override MailContent LicenceRejected(LicenceNews news) => new(
        Language, "Your profile could not be confirmed", "Something is missing or unclear.",
        [$"The licence you gave at {appName} could not be confirmed. The reason stands below. You can correct it and send it again."],
        Facts: [.. Licence(news)]);

    public override MailContent LicenceSuspended(LicenceNews news) => new(
        Language, "A change to your profile", "Please read the reason.",
        [$"Your licence was suspended at {appName}. Until that is settled, it does not count there. You can still sign in."],
        Facts: [.. Licence(news)],
        Footer: $"If you think that this is wrong, turn to the people at {people}.");

    public override MailContent LicenceExpiring(LicenceNews news) => new(
        Language, "Something in your profile ends soon", "A new date is needed.",
        [$"Your licence, as it stands at {appName}, ends soon. Please renew it in good time: "
            + "afterwards it does not count there until it has been checked again."],
        Facts: [.. Licence(news)]);

    public override MailContent LicenceExpired(LicenceNews news) => new(
        Language, "Something in your profile has ended", "A new date is needed.",
        [$"Your licence, as it stands at {appName}, has ended and no longer counts there. You can give the new date; "
            + "then it is checked again."],
        Facts: [.. Licence(news)]);

    private static IEnumerable<MailFact> Power(PowerNews news)
    {
        if (news.Person is { } person)
        {
            yield return new("Person", EmailAddress.Mask(person));
        }

        yield return new("Rights", string.Join(", ", news.Roles.Select(role => role == Role.Admin ? "administrator" : role)));
        if (news.Tenant is { } tenant)
        {
            yield return new("Where", tenant);
        }

        yield return When(news.At);
    }

    private static IEnumerable<MailFact> Licence(LicenceNews news)
    {
        if (news.Jurisdiction is { } jurisdiction)
        {
            yield return new("Licence of", jurisdiction);
        }

        if (news.ExpiresOn is { } day)
        {
            yield return new("Last day", day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture));
        }

        if (news.Reason is { } reason)
        {
            yield return new("Reason", reason);
        }
    }

    private static string Once(TimeSpan lifetime) => $"The link works once, for {Span(lifetime)}.";

    private static string Span(TimeSpan span)
    {
        var (count, unit) = Measure(span);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{count} {(count == 1 ? unit.ToString().TrimEnd('s') : unit.ToString()).ToLowerInvariant()}");
    }

    private static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static MailFact Key(ApiKeyNews news) => new("Key", news.Name);

    private static MailFact Until(ApiKeyNews news) => new("Expires", Time(news.ExpiresAt ?? news.At));

    private static MailFact When(DateTimeOffset at) => new("When", Time(at));

    private static MailFact From(string? address) => new("IP address", address ?? "unknown");

    private static MailFact Device(string? device) => new("Device", DeviceDisplayName.Of(device) ?? "unknown");

    private static MailFact NewAddress(string email) => new("New address", EmailAddress.Mask(email));
}
