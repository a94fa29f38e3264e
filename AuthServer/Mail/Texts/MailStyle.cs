namespace AuthServer.Mail.Texts;

/// <summary>
/// Styles of mails. There is no pure black or white, and text and background colours are always set together, so that programs with
/// a dark mode of their own invert both.
/// </summary>
internal static class MailStyle
{
    public const string Text = $"color:#1c2733;{Font}";
    public const string Quiet = $"color:#52606d;{Font}";
    public const string Back = "background-color:#eef1f4;";
    public const string Card = "background-color:#fdfdfe;border:1px solid #d5dbe1;border-radius:8px;";
    public const string Line = "border-top:1px solid #d5dbe1;";
    public const string Paragraph = $"margin:0 0 16px;font-size:16px;line-height:1.5;{Text}";
    public const string Breakable = "word-break:break-word;overflow-wrap:anywhere;";
    public const string Button = "background-color:#1d5fa8;border-radius:6px;";
    public const string ButtonLabel =
        $"display:inline-block;padding:13px 22px;font-size:16px;line-height:1.3;font-weight:600;text-decoration:none;color:#fdfdfe;{Font}";

    // !important, because these rules compete with inline styles.
    public const string Dark = """
        :root { color-scheme: light dark; supported-color-schemes: light dark; }
        @media (prefers-color-scheme: dark) {
          .back { background-color: #12181f !important; }
          .card { background-color: #1c242d !important; border-color: #3a4653 !important; }
          .text { color: #e6ebf0 !important; }
          .quiet { color: #aab5c0 !important; }
          .line { border-color: #3a4653 !important; }
          .button { background-color: #85bbf2 !important; }
          .label { color: #0d1822 !important; }
        }
        """;

    // Outlook for Windows does not support max-width.
    public const string OutlookColumn =
        """<!--[if mso]><table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->""";
    public const string OutlookColumnEnd = "<!--[if mso]></td></tr></table><![endif]-->";

    // Non-collapsing blanks: otherwise previews in mail lists continue with the text, which may name a clinic.
    public static readonly string Filler = string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 100));

    private const string Font = "font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif;";
}
