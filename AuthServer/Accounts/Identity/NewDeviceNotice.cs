using AuthServer.AuditTrail;
using AuthServer.Mail.Outbox;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// The notice of a sign-in from a new device: one with another name, program or network than any of the account's sessions. After a few
/// wrong passwords every sign-in is told, because somebody may have guessed it from the same place.
/// </summary>
internal static class NewDeviceNotice
{
    // Ignores digits, because a browser update is not a new device. The network is what the throttle goes by.
    private static readonly string KnownDevice = $"""
        k.device_name IS NOT DISTINCT FROM @device_name
        AND regexp_replace(coalesce(k.user_agent, ''), '[0-9.]+', '', 'g') = regexp_replace(coalesce(@user_agent, ''), '[0-9.]+', '', 'g')
        AND {NetworkOf("k.ip_address")} IS NOT DISTINCT FROM {NetworkOf("@ip")}
        """;

    // Looks at the last few events only, because a sign-in waits for it.
    private const string Guessed = $"""
        (SELECT count(*) FROM (SELECT a.type, a.occurred_at FROM audit_events a WHERE a.subject_id = u.id ORDER BY a.id DESC LIMIT 20) a
            WHERE a.type = '{AuditEvents.SignInFailed}' AND a.occurred_at > @now - interval '1 hour') >= 3
        """;

    private static readonly string NewDevice = $"""
        subject JOIN users u ON u.id = subject.id AND u.email_confirmed
        WHERE EXISTS (SELECT 1 FROM sessions k WHERE k.user_id = u.id)
            AND (NOT EXISTS (SELECT 1 FROM sessions k WHERE k.user_id = u.id AND {KnownDevice}) OR {Guessed})
        """;

    private const string Data = "jsonb_strip_nulls(jsonb_build_object('device', @device_name, 'user_agent', @user_agent, 'ip', host(@ip)))";

    /// <summary>Steps of the statement that starts the session of <c>subject</c>.</summary>
    public static string Steps { get; } = GatheredNotice.Steps(MailKinds.NewDevice, NewDevice, Data);

    // An IPv4 address, or an IPv6 /64.
    private static string NetworkOf(string address) =>
        $"network(set_masklen({address}, CASE family({address}) WHEN 4 THEN 32 ELSE 64 END))";
}
