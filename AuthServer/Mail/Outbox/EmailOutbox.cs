using System.Globalization;
using System.Text.Json;
using AuthServer.Domain;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Mail.Outbox;

/// <summary>
/// Enqueues mails. A notice is written in the transaction of the act it reports: through the context, or as a step of the SQL
/// statement. A mail that strangers can request is written whether or not the address has an account, so that the response takes
/// the same time; the account is looked up when the mail is sent.
/// </summary>
internal sealed class EmailOutbox(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Keys in a mail's data.</summary>
    public const string Ip = "ip";
    public const string Device = "device";
    public const string UserAgent = "user_agent";
    public const string NewAddress = "new_address";
    public const string Inviter = "inviter";

    /// <summary>Present if somebody asked for the mail, instead of causing it.</summary>
    public const string Asked = "asked";

    public const string Until = "until";
    public const string KeyName = "key_name";
    public const string KeyExpiresAt = "key_expires_at";
    public const string Roles = "roles";
    public const string Person = "person";
    public const string Tenant = "tenant";

    /// <summary>Of a gathered notice: when the last of them happened, and how many did.</summary>
    public const string At = "at", Count = "count";

    /// <summary>How long a mail is kept after it was sent, dropped or given up.</summary>
    public static readonly TimeSpan RetentionPeriod = TimeSpan.FromDays(30);

    // Per address and kind (ASVS 6.3.1): repeated requests must not fill somebody's mailbox.
    private const int MostInAnHour = 5;

    private static readonly string RequestSql = $"""
        WITH recent AS (
            SELECT array_agg(created_at ORDER BY created_at DESC) AS times FROM email_outbox
            WHERE address = @address AND kind = ANY (@alike) AND created_at > @hour_ago),
        barred AS (
            SELECT greatest(CASE WHEN times[1] > @minute_ago THEN times[1] + interval '1 minute' END,
                times[@most] + interval '1 hour') AS until FROM recent),
        asked AS (
            {OutboxInsert.Sql(
                "@kind", id: "@id", user: "@user_id", address: "@address", language: "@language", data: "@data::jsonb",
                from: "barred WHERE until IS NULL")})
        SELECT until FROM barred
        """;

    /// <summary>
    /// Enqueues a mail that somebody requested, at most one a minute and five an hour for each address and kind. The address must be
    /// canonical: otherwise each spelling would have a limit of its own. The language is used if the account has none.
    /// </summary>
    /// <returns>Null if the mail was enqueued; otherwise how long to wait before the next request. Do not reveal it to
    /// strangers.</returns>
    public async Task<TimeSpan?> RequestAsync(
        string kind, Guid? userId, string address, string? language, IReadOnlyDictionary<string, string>? data,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RequestAsync(kind, userId, address, language, data, connection, cancellationToken);
    }

    /// <summary>The same, in the open transaction of the connection.</summary>
    public async Task<TimeSpan?> RequestAsync(
        string kind, Guid? userId, string address, string? language, IReadOnlyDictionary<string, string>? data,
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var batch = connection.CreateBatch();
        // Without the lock, two simultaneous requests would both see that there was none before.
        batch.BatchCommands.Add(AdvisoryLocks.MailAddress(address));
        batch.BatchCommands.Add(SqlStep.Of(RequestSql)
            .Add("id", Guid.CreateVersion7(now))
            .Add("kind", kind)
            .Add("alike", MailKinds.CountedWith(kind))
            .Add("address", address)
            .Add("now", now)
            .Add("user_id", userId)
            .Add("language", language)
            .Add("data", Json(data))
            .Add("minute_ago", now - TimeSpan.FromMinutes(1))
            .Add("hour_ago", now - TimeSpan.FromHours(1))
            .Add("most", MostInAnHour));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.IsDBNull(0) ? null : row.GetFieldValue<DateTimeOffset>(0) - now;
    }

    /// <summary>Where a request came from, as data for the notice about it.</summary>
    public static Dictionary<string, string> Describe(RequestOrigin origin) =>
        new(StringComparer.Ordinal) { [Ip] = origin.Address?.ToString() ?? "" };

    /// <summary>Who asked for it, as data for the mail; the name is looked up when it is sent.</summary>
    public static Dictionary<string, string> By(Guid staff) => new(StringComparer.Ordinal) { [Inviter] = staff.ToString() };

    internal static string Json(IReadOnlyDictionary<string, string>? data) =>
        data is null ? "{}" : JsonSerializer.Serialize(data, EmailJson.Default.IReadOnlyDictionaryStringString);
}

internal static class OutboxExtensions
{
    /// <summary>Enqueues a notice about an account, saved with the context's other changes.</summary>
    public static void EnqueueMail(
        this AuthDbContext db, string kind, User user, string address, DateTimeOffset now,
        IReadOnlyDictionary<string, string>? data = null) =>
        db.OutgoingEmails.Add(new OutgoingEmail(kind, user.Id, address, user.Locale, EmailOutbox.Json(data), now));
}

internal static class OutgoingEmailDetails
{
    /// <summary>The values the mail's text needs besides the account.</summary>
    public static Dictionary<string, string> Details(this OutgoingEmail owed) =>
        JsonSerializer.Deserialize(owed.Data, EmailJson.Default.DictionaryStringString)!;

    /// <summary>When what a gathered notice tells happened last, and how often within the hour.</summary>
    public static Gathered Gathered(this OutgoingEmail owed)
    {
        var details = owed.Details();
        return new(
            details.TryGetValue(EmailOutbox.At, out var at) ? DateTimeOffset.Parse(at, CultureInfo.InvariantCulture) : owed.CreatedAt,
            details.TryGetValue(EmailOutbox.Count, out var count) ? int.Parse(count, CultureInfo.InvariantCulture) : 1);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class EmailJson : System.Text.Json.Serialization.JsonSerializerContext;
