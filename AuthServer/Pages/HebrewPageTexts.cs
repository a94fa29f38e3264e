using System.Globalization;

namespace AuthServer.Pages;

/// <summary>Uses forms of the second person that read the same for women and men, and verbal nouns otherwise.</summary>
internal static class HebrewPageTexts
{
    public static readonly PageTexts All = new()
    {
        Language = "he",
        ResetPassword = new("קביעת סיסמה חדשה", "אחרי השמירה ינותקו כל המכשירים, ואפשר יהיה להתחבר עם הסיסמה החדשה.", "שמירת הסיסמה"),
        ResetPasswordDone = new("הסיסמה נקבעה", "כל המכשירים נותקו. עכשיו אפשר להתחבר עם הסיסמה החדשה."),
        Invitation = new("בחירת סיסמה", "נפתח עבורך חשבון. נשאר רק לבחור סיסמה, והוא מוכן.", "שמירת הסיסמה"),
        InvitationDone = new("החשבון שלך מוכן", "עכשיו אפשר להתחבר."),
        ConfirmEmail = new("אישור כתובת הדוא״ל", "כאן נדרשת הסיסמה שנבחרה בהרשמה, כדי שנדע שההרשמה נעשתה על ידך.", "אישור הכתובת"),
        ConfirmEmailAnew = new(
            "הסיסמה לא ידועה לי",
            "אם הסיסמה נשכחה, או שמישהו אחר נרשם עם הכתובת שלך, אפשר לקבוע סיסמה חדשה. הסיסמה הקודמת לא תועיל עוד לאיש.",
            "קביעת סיסמה ואישור"),
        ConfirmEmailDone = new("הכתובת אושרה", "עכשיו אפשר להתחבר."),
        ConfirmNewEmail = new(
            "אישור כתובת הדוא״ל החדשה",
            "יש להזין את הסיסמה של החשבון שיקבל את הכתובת. מרגע האישור מתחברים עם הכתובת הזו, וההודעות מגיעות אליה.", "אישור הכתובת"),
        ConfirmNewEmailDone = new("הכתובת החדשה אושרה", "מעכשיו מתחברים עם הכתובת החדשה."),
        ForgotPassword = new("קביעת סיסמה חדשה", "לכתובת הדוא״ל של החשבון יישלח קישור לקביעת סיסמה חדשה.", "שליחת קישור"),
        NewConfirmation = new("אישור כתובת הדוא״ל", "לכתובת הדוא״ל שנמסרה בהרשמה יישלח קישור חדש.", "שליחת קישור"),
        LinkSent = new(
            "כדאי לבדוק את תיבת הדוא״ל",
            "אם יש חשבון עם הכתובת הזו, הודעה עם קישור בדרך אליה. זה עשוי להימשך כמה דקות; כדאי לבדוק גם בדואר הזבל."),
        Expired = new(
            "הקישור כבר לא פועל", "הקישור כבר היה בשימוש, ישן מדי או חלקי. לכתובת הדוא״ל שלך יישלח קישור חדש.", "שליחת קישור חדש"),
        ExpiredNewEmail = new(
            "הקישור כבר לא פועל", "הקישור כבר היה בשימוש, ישן מדי או חלקי. אפשר לבקש את השינוי שוב ביישומון, אחרי התחברות."),
        NewEmailTaken = new("הכתובת כבר בשימוש", "בינתיים יש חשבון אחר עם הכתובת הזו. בחשבון שלך נשארת הכתובת הקיימת."),
        TooMany = new("נא להמתין מעט", "היו יותר מדי ניסיונות מהרשת שלך. אפשר לנסות שוב בעוד כמה דקות."),
        Busy = new("נא לנסות שוב בקרוב", "יש כרגע עומס. אפשר לטעון את הדף מחדש בעוד כמה שניות."),
        Broken = new("משהו השתבש", "התקלה היא אצלנו. אפשר לנסות שוב בעוד כמה דקות."),
        NotFound = new("אין דף כזה", "אפשר לפתוח שוב את הקישור שבהודעה, ולוודא שהוא שלם."),
        NotUnderstood = new("זה לא הצליח", "אפשר לפתוח שוב את הקישור שבהודעה."),
        AlreadyConfirmed = new("הכתובת כבר אושרה", "הקישור הזה כבר היה בשימוש, והכתובת שלך מאושרת. אפשר להתחבר."),
        InvitationFrom = clinic => $"{clinic}: נפתח עבורך חשבון. נשאר רק לבחור סיסמה, והוא מוכן.",
        Contact = contact => $"שאלות? {contact}",
        OpenApp = "מעבר להתחברות",
        ShowPassword = "הצגת הסיסמה",
        HidePassword = "הסתרת הסיסמה",
        Email = "כתובת דוא״ל",
        Password = "סיסמה",
        NewPassword = "סיסמה חדשה",
        BadEmail = "נדרשת כתובת דוא״ל כמו name@example.com.",
        NoPassword = "נדרשת סיסמה.",
        WrongPassword = "זו לא הסיסמה שנבחרה בהרשמה.",
        Stale = "הדף היה פתוח זמן רב מדי, או שקובצי Cookie חסומים. אפשר לנסות שוב.",
        PasswordRule = fewest =>
            string.Create(CultureInfo.InvariantCulture, $"לפחות {fewest} תווים. קל יותר לזכור כמה מילים מאשר כמה סימנים."),
        LockedOut = minutes => minutes == 1
            ? "היו יותר מדי סיסמאות שגויות. אפשר לנסות שוב בעוד דקה."
            : string.Create(CultureInfo.InvariantCulture, $"היו יותר מדי סיסמאות שגויות. אפשר לנסות שוב בעוד {minutes} דקות."),
        PasswordFault = (fewest, typed, _) => typed switch
        {
            null or "" => "נדרשת סיסמה.",
            _ when typed.EnumerateRunes().Count() < fewest =>
                string.Create(CultureInfo.InvariantCulture, $"הסיסמה קצרה מדי: נדרשים לפחות {fewest} תווים."),
            _ when typed.EnumerateRunes().Count() > 128 => "הסיסמה ארוכה מדי: עד 128 תווים.",
            _ => "קל לנחש את הסיסמה הזו, או שרבים משתמשים בה. נדרשת סיסמה אחרת.",
        },
    };
}
