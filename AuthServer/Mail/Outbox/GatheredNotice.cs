namespace AuthServer.Mail.Outbox;

/// <summary>
/// Notices of which an account gets at most one an hour and kind. What happens within an hour of the last one waits for the end of that
/// hour, in one mail that says how many there were and describes the first: so nothing is concealed, nobody can fill a mailbox, and a thief
/// cannot hide a sign-in behind a harmless one.
/// </summary>
internal static class GatheredNotice
{
    /// <summary>
    /// Steps of a larger statement about one account. Each argument is SQL: where the account <c>u</c> is read, and what the mail says.
    /// Requires the parameter <c>@now</c>.
    /// </summary>
    public static string Steps(string kind, string from, string data) => $"""
        noticed AS (
            SELECT u.id, u.email, u.locale, {data} || jsonb_build_object('{EmailOutbox.At}', @now) AS data FROM {from}),
        latest AS (
            SELECT max(o.created_at) AS at FROM email_outbox o JOIN noticed ON o.address = noticed.email AND o.user_id = noticed.id
            WHERE o.kind = '{kind}' AND o.created_at > @now - interval '1 hour'),
        gathered AS (
            UPDATE email_outbox o SET data = o.data
                || jsonb_build_object('{EmailOutbox.At}', @now,
                    '{EmailOutbox.Count}', (coalesce(o.data ->> '{EmailOutbox.Count}', '1')::int + 1)::text)
            FROM noticed WHERE o.address = noticed.email AND o.user_id = noticed.id AND o.kind = '{kind}' AND o.created_at > @now
                AND o.state = 'pending' AND o.attempts = 0
            RETURNING 1),
        mailed AS (
            {OutboxInsert.Sql(
                $"'{kind}'", address: "u.email", user: "u.id", language: "u.locale", data: "u.data",
                from: "noticed u WHERE NOT EXISTS (SELECT 1 FROM gathered)",
                at: "coalesce((SELECT at FROM latest) + interval '1 hour', @now)")})
        """;
}
