using System.Globalization;
using AuthServer.Domain;

namespace AuthServer.Mail.Texts;

/// <summary>Uses forms of the second person that read the same for women and men, and verbal nouns otherwise.</summary>
internal sealed class HebrewTexts(string appName, string people) : MailTexts
{
    private const string NewPassword = "קביעת סיסמה חדשה";
    private const string NothingToDo =
        "אם הפעולה נעשתה על ידך, אין צורך לעשות דבר. אם לא, כדאי לקבוע סיסמה חדשה מיד: כך ינותקו כל המכשירים.";

    // Spelled out, because the container may have no culture data.
    private static readonly string[] Months = [
        "ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"];

    private const string NewToUs = "ממכשיר או מרשת שלא הכרנו, או אחרי כמה סיסמאות שגויות";

    public override string Language => "he";

    public override MailContent VerifyEmail(string url, TimeSpan lifetime) => new(
        Language, "אישור כתובת הדוא״ל", "נשאר רק צעד אחד.",
        [$"תודה על ההרשמה ל־{appName}. נשאר רק לאשר שהכתובת הזו שלך.", Once(lifetime)],
        new("אישור הכתובת", url),
        Footer: "לא נרשמת? אפשר להתעלם מההודעה: בלי אישור לא יקרה דבר.");

    public override MailContent AlreadyRegistered(string resetUrl) => new(
        Language, "כבר יש לך חשבון", "אין צורך להירשם שוב.",
        [$"התקבלה בקשת הרשמה ל־{appName} עם הכתובת הזו. כבר יש לה חשבון, ולכן דבר לא השתנה.",
            "אפשר להתחבר כרגיל. אם הסיסמה נשכחה, אפשר לקבוע סיסמה חדשה."],
        new(NewPassword, resetUrl),
        Footer: "לא ביקשת להירשם? אפשר להתעלם מההודעה.");

    public override MailContent ResetPassword(string url, TimeSpan lifetime) => new(
        Language, "איפוס הסיסמה", $"הקישור בתוקף למשך {Span(lifetime)}.",
        [$"התקבלה בקשה לקבוע סיסמה חדשה לחשבון שלך ב־{appName}, או שנדרשת בו סיסמה חדשה.",
            $"{Once(lifetime)} אחרי קביעת הסיסמה ינותקו כל המכשירים."],
        new(NewPassword, url),
        Footer: "לא ביקשת? אפשר להתעלם מההודעה: דבר לא ישתנה עד לקביעת סיסמה חדשה.");

    public override MailContent PasswordChanged(DateTimeOffset at, string? from, string resetUrl) => new(
        Language, "הסיסמה שלך שונתה", "אם הפעולה נעשתה על ידך, אין צורך לעשות דבר.",
        [$"הסיסמה של החשבון שלך ב־{appName} שונתה.", NothingToDo],
        new(NewPassword, resetUrl), [When(at), From(from)]);

    public override MailContent ConfirmNewEmail(string url, TimeSpan lifetime) => new(
        Language, "אישור כתובת הדוא״ל החדשה", "נשאר רק צעד אחד.",
        [$"התקבלה בקשה להשתמש בכתובת הזו לחשבון ב־{appName}. עד לאישור, הכתובת הקודמת נשארת בתוקף.", Once(lifetime)],
        new("אישור הכתובת", url),
        Footer: "לא ביקשת? אפשר להתעלם מההודעה: בלי אישור לא יקרה דבר.");

    public override MailContent EmailChangeRequested(string newEmail, DateTimeOffset at) => new(
        Language, "התקבלה בקשה לשינוי כתובת הדוא״ל", "הכתובת שלך נשארת בתוקף עד לאישור החדשה.",
        [$"התקבלה בקשה להשתמש בכתובת דוא״ל אחרת לחשבון שלך ב־{appName}. הכתובת שלך נשארת בתוקף עד לאישור החדשה."],
        Facts: [NewAddress(newEmail), When(at)],
        Footer: "לא ביקשת? כדאי להתחבר, לבטל את השינוי בהגדרות החשבון ולקבוע סיסמה חדשה.");

    public override MailContent EmailChanged(string newEmail, DateTimeOffset at) => new(
        Language, "כתובת הדוא״ל שלך שונתה", "מעכשיו ההודעות יגיעו לכתובת החדשה.",
        [$"לחשבון שלך ב־{appName} יש כתובת דוא״ל חדשה. מעכשיו ההודעות יגיעו לשם."],
        Facts: [NewAddress(newEmail), When(at)],
        Footer: $"לא ביקשת? כדאי לפנות מיד לצוות של {people}.");

    public override MailContent NewDevice(string? device, Gathered when, string? from, string resetUrl) => new(
        Language, "התחברות חדשה לחשבון שלך", "אם הפעולה נעשתה על ידך, אין צורך לעשות דבר.",
        [
            when.Count == 1
                ? $"הייתה התחברות לחשבון שלך ב־{appName}, {NewToUs}."
                : $"בתוך שעה היו {when.Count} התחברויות לחשבון שלך ב־{appName}, {NewToUs}. כאן מפורטת הראשונה שבהן, עם המועד של האחרונה.",
            NothingToDo],
        new(NewPassword, resetUrl), [Device(device), When(when.At), From(from)]);

    public override MailContent SessionEndedForReuse(string? device, Gathered when, string resetUrl) => new(
        Language, "מכשיר אחד נותק מהחשבון", "אפשר להתחבר שוב כרגיל.",
        [$"מכשיר אחד ביקש להישאר מחובר ל־{appName} עם מפתח שכבר היה בשימוש. ייתכן שהמפתח הועתק, ולכן ניתקנו את המכשיר ליתר ביטחון.",
            when.Count == 1
                ? "אפשר להתחבר שוב כרגיל. אם זה קורה שוב, כדאי לקבוע סיסמה חדשה."
                : $"זה קרה {when.Count} פעמים בתוך שעה: כדאי לקבוע סיסמה חדשה."],
        new(NewPassword, resetUrl), [Device(device), When(when.At)]);

    public override MailContent AccountLocked(DateTimeOffset until, string resetUrl) => new(
        Language, "ההתחברות מושהית לזמן מה", "היו יותר מדי סיסמאות שגויות.",
        [$"היו יותר מדי ניסיונות להתחבר לחשבון שלך ב־{appName} עם סיסמה שגויה, ולכן ההתחברות מושהית.",
            "אפשר לחכות עד המועד שכאן, או לקבוע סיסמה חדשה כבר עכשיו."],
        new(NewPassword, resetUrl), [new("מושהית עד", Time(until))],
        "לא ניסית להתחבר? איש לא נכנס לחשבון. סיסמה שאינה בשימוש במקום אחר תשמור שכך יישאר.");

    public override MailContent PasswordRefused(DateTimeOffset until, string resetUrl) => new(
        Language, "כדי להתחבר יש לקבוע סיסמה חדשה", "היו הרבה מאוד סיסמאות שגויות.",
        [$"היו הרבה מאוד ניסיונות רצופים להתחבר לחשבון שלך ב־{appName} עם סיסמה שגויה. כעת הסיסמה שלך מתקבלת רק "
            + "ממקומות שהתחברת מהם בחודש האחרון.",
            "אחרי התחברות אחת ממקום כזה, או אחרי קביעת סיסמה חדשה, אפשר להתחבר שוב מכל מקום."],
        new(NewPassword, resetUrl), [new("אחרת ההתחברות מושהית עד", Time(until))],
        "לא ניסית להתחבר? איש לא נכנס לחשבון. סיסמה שאינה בשימוש במקום אחר תשמור שכך יישאר.");

    public override MailContent AlreadyConfirmed(string resetUrl) => new(
        Language, "כתובת הדוא״ל שלך מאושרת", "לא נשאר דבר לעשות.",
        [$"התקבלה בקשה להודעה נוספת לאישור הכתובת הזו ב־{appName}. הכתובת כבר אושרה.",
            "אפשר להתחבר כרגיל. אם הסיסמה נשכחה, אפשר לקבוע סיסמה חדשה."],
        new(NewPassword, resetUrl),
        Footer: "לא ביקשת? אפשר להתעלם מההודעה.");

    public override MailContent Invitation(string url, TimeSpan lifetime, InvitationSender? from = null) => new(
        Language, "החשבון שלך מוכן", "חסרה רק סיסמה.",
        [from switch
        {
            null => $"נפתח עבורך חשבון ב־{appName}. כדי להשתמש בו נשאר רק לבחור סיסמה.",
            { Person: { } person } => $"נפתח עבורך חשבון ב־{appName}, מטעם {person}, {from.Clinic}. כדי להשתמש בו נשאר רק לבחור סיסמה.",
            _ => $"נפתח עבורך חשבון ב־{appName}, מטעם {from.Clinic}. כדי להשתמש בו נשאר רק לבחור סיסמה.",
        }, Once(lifetime)],
        new("בחירת סיסמה", url),
        Footer: "ההודעה לא מוכרת לך? אפשר להתעלם ממנה.");

    public override MailContent ResetAskedByStaff(DateTimeOffset at) => new(
        Language, "התקבלה בקשה לסיסמה חדשה", "בינתיים הסיסמה שלך נשארת כפי שהיא.",
        [
            $"צוות התמיכה של {appName} התבקש לשלוח לך קישור לקביעת סיסמה חדשה. "
                + "הקישור יישלח רק באישור של עוד אדם בצוות, ובינתיים דבר לא השתנה.",
            "אם הבקשה באה ממך, אין צורך לעשות דבר."],
        Facts: [When(at)],
        Footer: $"הבקשה לא באה ממך? כדאי לפנות מיד לצוות של {people}.");

    public override MailContent ErasureRequested(DateTimeOffset at, DateTimeOffset due, string resetUrl) => new(
        Language, "החשבון שלך עומד להימחק", "כדי לשמור עליו די להתחבר.",
        [$"התקבלה בקשה למחוק את החשבון שלך ב־{appName}. כל המכשירים נותקו. במועד שכאן יימחקו לצמיתות החשבון וכל הפרטים האישיים שבו.",
            "כדי לשמור על החשבון, די להתחבר לפני המועד."],
        new(NewPassword, resetUrl), [new("מועד המחיקה", Time(due)), When(at)],
        "הבקשה לא באה ממך? ייתכן שמישהו אחר יודע את הסיסמה שלך. כדאי לקבוע סיסמה חדשה ואז להתחבר.");

    public override MailContent ErasureUndone(DateTimeOffset at, string resetUrl) => new(
        Language, "החשבון שלך נשאר", "הוא לא יימחק.",
        [$"הייתה התחברות לחשבון שלך ב־{appName}, ולכן הוא לא יימחק.", NothingToDo],
        new(NewPassword, resetUrl), [When(at)]);

    public override MailContent PowerGained(PowerNews news) => new(
        Language, "ההרשאות שלך השתנו", "כדאי לקרוא מה חדש.",
        [$"ניתנו לך הרשאות חדשות ב־{appName}. הן מפורטות כאן.",
            "אם זה צפוי, אין צורך לעשות דבר. אם לא, כדאי לפנות מיד לצוות האחראי."],
        Facts: [.. Power(news)]);

    public override MailContent PowerGiven(PowerNews news) => new(
        Language, "ניתנו הרשאות חדשות", "כדאי לוודא שזה תקין.",
        [$"ב־{appName} ניתנו למישהו הרשאות חדשות. ההודעה נשלחה אליך כי יש לך הרשאת ניהול.",
            "אם זה צפוי, אין צורך לעשות דבר. אם לא, כדאי לבטל את ההרשאות; ביומן הביקורת רשום מי נתן אותן."],
        Facts: [.. Power(news)]);

    public override MailContent ApiKeyMade(ApiKeyNews news, string? from, string resetUrl) => new(
        Language, "נוצר מפתח על שמך", "אם הפעולה נעשתה על ידך, אין צורך לעשות דבר.",
        [$"ב־{appName} נוצר מפתח API, שבעזרתו שירות יכול לפעול בשמך.",
            "אם הפעולה נעשתה על ידך, אין צורך לעשות דבר. אם לא, כדאי לקבוע מיד סיסמה חדשה ולבטל את המפתח."],
        new(NewPassword, resetUrl), [Key(news), When(news.At), From(from), Until(news)]);

    public override MailContent ApiKeyExpiring(ApiKeyNews news) => new(
        Language, "תוקפו של אחד המפתחות שלך עומד לפוג", "נדרש מפתח חדש.",
        [$"תוקפו של מפתח API שלך ב־{appName} עומד לפוג, ואז השירות שמשתמש בו יסורב.",
            "כדאי ליצור מפתח נוסף באותו שם ולמסור אותו לשירות; שניהם יפעלו עד לביטול הישן. אם אין בו עוד צורך, אין צורך לעשות דבר."],
        Facts: [Key(news), Until(news)]);

    public override MailContent ApiKeyExposed(ApiKeyNews news) => new(
        Language, "צריך להחליף את אחד המפתחות שלך", "הוא נשלח בדרך שאינה בטוחה.",
        [
            $"מפתח API שלך ב־{appName} נשלח כחלק מכתובת אינטרנט. כתובות כאלה נשמרות ביומנים, ואחרים עלולים לקרוא אותן. הבקשה סורבה; "
                + "המפתח עדיין פועל.",
            "כדאי ליצור מפתח נוסף באותו שם, למסור אותו לשירות ולבטל את המפתח הזה."],
        Facts: [Key(news), When(news.At)]);

    public override MailContent LicenceVerified(LicenceNews news) => new(
        Language, "הפרופיל שלך אושר", "אפשר להתחיל.",
        [$"הרישיון שלך נבדק, ומעכשיו יש לך הרשאת רופא ב־{appName}.", "אם יש אפליקציה פתוחה, כדאי להתחבר מחדש או לחכות כמה דקות."],
        Facts: [.. Licence(news)]);

    public override MailContent LicenceRejected(LicenceNews news) => new(
        Language, "לא ניתן היה לאשר את הפרופיל שלך", "משהו חסר או לא ברור.",
        [$"לא ניתן היה לאשר את הרישיון שמסרת ב־{appName}. הסיבה מופיעה למטה. אפשר לתקן ולשלוח שוב."],
        Facts: [.. Licence(news)]);

    public override MailContent LicenceSuspended(LicenceNews news) => new(
        Language, "שינוי בפרופיל שלך", "כדאי לקרוא את הסיבה.",
        [$"הרישיון שלך הושעה ב־{appName}. עד שהעניין יוסדר, הוא אינו תקף שם. עדיין אפשר להתחבר."],
        Facts: [.. Licence(news)],
        Footer: $"נראה לך שזו טעות? כדאי לפנות לצוות של {people}.");

    public override MailContent LicenceExpiring(LicenceNews news) => new(
        Language, "משהו בפרופיל שלך עומד להסתיים", "נדרש תאריך חדש.",
        [$"תוקף הרישיון שלך, כפי שהוא רשום ב־{appName}, עומד להסתיים. כדאי לחדש אותו בזמן: אחר כך הוא לא ייחשב שם עד לבדיקה נוספת."],
        Facts: [.. Licence(news)]);

    public override MailContent LicenceExpired(LicenceNews news) => new(
        Language, "משהו בפרופיל שלך הסתיים", "נדרש תאריך חדש.",
        [$"תוקף הרישיון שלך, כפי שהוא רשום ב־{appName}, הסתיים, והוא אינו נחשב שם עוד. אפשר למסור את התאריך החדש, והרישיון ייבדק שוב."],
        Facts: [.. Licence(news)]);

    private static IEnumerable<MailFact> Power(PowerNews news)
    {
        if (news.Person is { } person)
        {
            yield return new("למי", EmailAddress.Mask(person));
        }

        yield return new("הרשאות", string.Join(", ", news.Roles.Select(NameOf)));
        if (news.Tenant is { } tenant)
        {
            yield return new("היכן", tenant);
        }

        yield return When(news.At);
    }

    private static string NameOf(string role) => role switch
    {
        Role.Admin => "ניהול",
        Role.Support => "תמיכה",
        Role.Physician => "רופא",
        _ => role,
    };

    private static IEnumerable<MailFact> Licence(LicenceNews news)
    {
        if (news.Jurisdiction is { } jurisdiction)
        {
            yield return new("רישיון של", jurisdiction);
        }

        if (news.ExpiresOn is { } day)
        {
            yield return new("היום האחרון", string.Create(CultureInfo.InvariantCulture, $"{day.Day} ב{Months[day.Month - 1]} {day.Year}"));
        }

        if (news.Reason is { } reason)
        {
            yield return new("סיבה", reason);
        }
    }

    private static string Once(TimeSpan lifetime) => $"הקישור פועל פעם אחת, למשך {Span(lifetime)}.";

    private static string Span(TimeSpan span) => Measure(span) switch
    {
        (1, TimeUnit.Minutes) => "דקה אחת",
        (2, TimeUnit.Minutes) => "שתי דקות",
        (var count, TimeUnit.Minutes) => Number(count, "דקות"),
        (1, TimeUnit.Hours) => "שעה אחת",
        (2, TimeUnit.Hours) => "שעתיים",
        (var count, TimeUnit.Hours) => Number(count, "שעות"),
        (2, _) => "יומיים",
        (var count, _) => Number(count, "ימים"),
    };

    private static string Number(int count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}");

    private static string Time(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{utc.Day} ב{Months[utc.Month - 1]} {utc.Year}, {utc:HH:mm} (UTC)");
    }

    private static MailFact Key(ApiKeyNews news) => new("מפתח", news.Name);

    private static MailFact Until(ApiKeyNews news) => new("בתוקף עד", Time(news.ExpiresAt ?? news.At));

    private static MailFact When(DateTimeOffset at) => new("מועד", Time(at));

    private static MailFact From(string? address) => new("כתובת IP", address ?? "לא ידועה");

    private static MailFact Device(string? device) => new("מכשיר", DeviceDisplayName.Of(device) ?? "לא ידוע");

    private static MailFact NewAddress(string email) => new("הכתובת החדשה", EmailAddress.Mask(email));
}
