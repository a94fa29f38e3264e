namespace AuthServer.Mail.Outbox;

/// <summary>
/// Inserts mails, as a statement or as one step of a larger statement. Each argument is SQL; what is not given is NULL. Requires
/// the parameter <c>@now</c>.
/// </summary>
internal static class OutboxInsert
{
    private const string NoData = "jsonb_build_object()";

    /// <summary>One mail for each row of <paramref name="from"/>, or a single mail without it.</summary>
    public static string Sql(
        string kind, string address, string id = "gen_random_uuid()", string user = "NULL", string language = "NULL",
        string data = NoData, string? from = null, string at = "@now") =>
        "INSERT INTO email_outbox (id, kind, user_id, address, language, data, created_at, next_attempt_at, state, attempts) "
            + $"SELECT {id}, {kind}, {user}, {address}, {language}, {data}, {at}, {at}, 'pending', 0"
            + (from is null ? "" : $" FROM {from}");

    /// <summary>One mail to the account of each row <c>u</c> of <paramref name="from"/>.</summary>
    public static string ToUsers(string kind, string from, string data = NoData) =>
        Sql($"'{kind}'", address: "u.email", user: "u.id", language: "u.locale", data: data, from: from);
}
