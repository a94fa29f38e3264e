using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Accounts.Credentials;

/// <summary>An attempt to sign in under a name.</summary>
/// <param name="Identifier">Keyed hash of the name, so that the table reveals no addresses.</param>
/// <param name="Network">The client's network.</param>
internal sealed record SignInAttempt(byte[] Identifier, string Network);

/// <summary>The result of counting an attempt.</summary>
/// <param name="RetryAfter">How long the name is locked; null if the attempt may proceed.</param>
/// <param name="SetLock">Whether this attempt locks the name if it fails.</param>
/// <param name="CountedAnywhere">Whether it was counted for all networks, too: not if it passed a lock that holds elsewhere.</param>
internal sealed record ThrottleDecision(TimeSpan? RetryAfter, bool SetLock, bool CountedAnywhere);

/// <summary>
/// Slows down guessing, by name as typed and whether or not the account exists, so that a lock reveals nothing: a few failures from one
/// network lock the name for that network, more from anywhere lock it for everybody, and each lock is longer than the last. After very
/// many in a row each further one locks it for a day, unless a mailed link proves the mailbox. Networks from which the account's owner
/// signed in lately are only locked by failures of their own, so that strangers cannot lock the owner out; the owner's sign-in there ends
/// the lock everywhere. Whoever shares such a network can tell that there is an account. An attempt is counted before the password is
/// checked, and refunded if it was right: of any number of parallel guesses, on any number of replicas, no more than the limit are
/// evaluated.
/// </summary>
internal sealed class SignInThrottle(Secrets secrets, SignInSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Forgiven = TimeSpan.FromDays(1);

    /// <summary>For how long failures in a row are remembered, and a network stays known.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>For how long very many failures in a row lock a name.</summary>
    public static readonly TimeSpan LastLock = TimeSpan.FromDays(1);

    private static readonly string CountByEmail = CountSql("u.normalized_email = @account");
    private static readonly string CountByUserName = CountSql("u.normalized_user_name = @account");
    private static readonly string CountById = CountSql("u.id = @account");

    // In the same order as below, so that replicas never deadlock. A success that was not counted for all networks has passed their lock,
    // so it comes from where the owner is known: it ends that lock, though the next one is longer.
    private const string RefundSql = """
        WITH here AS (
            UPDATE sign_in_lockouts SET failures = CASE WHEN @succeeded THEN 0 ELSE failures - 1 END,
                locks = locks - CASE WHEN locked_until IS NULL THEN 0 ELSE 1 END, locked_until = NULL
            WHERE identifier = @identifier AND network = @network
            RETURNING 1)
        UPDATE sign_in_lockouts SET failures = CASE WHEN @counted_anywhere THEN failures - 1 ELSE 0 END,
            locks = locks - CASE WHEN @counted_anywhere AND locked_until IS NOT NULL THEN 1 ELSE 0 END,
            locked_until = NULL, failures_in_a_row = CASE WHEN @succeeded THEN 0 ELSE failures_in_a_row - 1 END
        WHERE identifier = @identifier AND network = '*' AND (@counted_anywhere OR @succeeded) AND (SELECT count(*) FROM here) >= 0
        """;

    private readonly byte[] _key = secrets.Derive("sign-in-identifier")[0].Bytes;

    public SignInAttempt Attempt(string name, RequestOrigin origin) => new(Identify(name), origin.Network);

    /// <summary>Counts an attempt, unless its name is locked. Read the row with <see cref="ReadAsync"/>.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="name">The canonical name.</param>
    public NpgsqlBatchCommand Count(SignInAttempt attempt, string name) =>
        Count(name.Contains('@', StringComparison.Ordinal) ? CountByEmail : CountByUserName, attempt).Add("account", name);

    /// <summary>The same for a known account.</summary>
    public NpgsqlBatchCommand Count(SignInAttempt attempt, Guid account) => Count(CountById, attempt).Add("account", account);

    public async Task<ThrottleDecision> ReadAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        await row.ReadAsync(cancellationToken);
        // An attempt that lost the race against the lock gets the length of the first lock.
        TimeSpan? retryAfter = !row.IsDBNull(0) ? row.GetFieldValue<DateTimeOffset>(0) - clock.GetUtcNow()
            : row.GetBoolean(1) ? null
            : settings.EffectiveLockDurations[0];
        return new(retryAfter, row.GetBoolean(2), row.GetBoolean(3));
    }

    /// <summary>Refunds an attempt that was not a failure; a success also clears earlier failures from that network.</summary>
    public static NpgsqlBatchCommand Refund(SignInAttempt attempt, bool succeeded, bool countedAnywhere) =>
        Step(RefundSql, attempt).Add("succeeded", succeeded).Add("counted_anywhere", countedAnywhere);

    /// <summary>The keyed hash of the name that the table stores.</summary>
    public byte[] Identify(string name) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(name));

    private NpgsqlBatchCommand Count(string sql, SignInAttempt attempt)
    {
        var now = clock.GetUtcNow();
        return Step(sql, attempt)
            .Add("now", now)
            .Add("window_start", now - settings.FailureWindow)
            .Add("forgiven", now - Forgiven)
            .Add("forgotten", now - Remembered)
            .Add("last_lock", LastLock)
            .Add("range", attempt.Network == RequestOrigin.UnknownNetwork ? null : attempt.Network)
            .Add("durations", settings.EffectiveLockDurations.ToArray())
            .Add("network_limit", settings.FailuresFromOneNetwork)
            .Add("anywhere_limit", settings.FailuresFromAnywhere)
            .Add("row_limit", settings.FailuresInARow);
    }

    private static NpgsqlBatchCommand Step(string sql, SignInAttempt attempt) =>
        SqlStep.Of(sql).Add("identifier", attempt.Identifier).Add("network", attempt.Network);

    // Sessions that the owner has ended because of a stranger prove nothing. The row for all networks is only reached through the other:
    // an attempt that one network's lock refuses must not count towards the global lock, or a single attacker could lock the owner out
    // everywhere.
    private static string CountSql(string account) => $"""
        WITH known AS (
            SELECT EXISTS (SELECT 1 FROM users u JOIN sessions s ON s.user_id = u.id
                WHERE {account} AND NOT u.is_anonymous AND s.ip_address <<= @range::inet AND s.last_used_at > @forgotten
                    AND (s.revoked_reason IS NULL OR s.revoked_reason IN ('signed_out', 'too_many_sessions'))) AS here),
        locked AS (
            SELECT max(locked_until) AS until FROM sign_in_lockouts CROSS JOIN known
            WHERE identifier = @identifier AND locked_until > @now
                AND (network = @network OR (network = '{SignInLockout.Anywhere}' AND NOT known.here))),
        here AS ({CountRow("@network", "@network_limit", "false", "locked WHERE until IS NULL")}),
        anywhere AS ({CountRow($"'{SignInLockout.Anywhere}'", "@anywhere_limit", "n.in_a_row >= @row_limit", "here")})
        SELECT (SELECT until FROM locked), EXISTS (SELECT 1 FROM anywhere) OR EXISTS (SELECT 1 FROM here CROSS JOIN known WHERE known.here),
            EXISTS (SELECT 1 FROM here WHERE locked_until IS NOT NULL) OR EXISTS (SELECT 1 FROM anywhere WHERE locked_until IS NOT NULL),
            EXISTS (SELECT 1 FROM anywhere)
        """;

    private static string CountRow(string network, string limit, string isLast, string from) => $"""
        INSERT INTO sign_in_lockouts AS l (identifier, network, failures, window_started_at, locked_until, locks, failures_in_a_row)
        SELECT @identifier, {network}, 1, @now, CASE WHEN 1 >= {limit} THEN @now + (@durations)[1] END,
            CASE WHEN 1 >= {limit} THEN 1 ELSE 0 END, 1
        FROM {from}
        ON CONFLICT (identifier, network) DO UPDATE SET (failures, window_started_at, locked_until, locks, failures_in_a_row) = (
            SELECT n.failures, n.started,
                CASE WHEN {isLast} THEN @now + @last_lock
                    WHEN n.failures >= {limit} THEN @now + (@durations)[least(n.locks + 1, cardinality(@durations))] END,
                CASE WHEN {isLast} OR n.failures >= {limit} THEN n.locks + 1 ELSE n.locks END,
                n.in_a_row
            FROM (SELECT CASE WHEN fresh THEN 1 ELSE l.failures + 1 END AS failures,
                CASE WHEN fresh THEN @now ELSE l.window_started_at END AS started,
                    CASE WHEN coalesce(l.locked_until, l.window_started_at) <= @forgiven THEN 0 ELSE l.locks END AS locks,
                    CASE WHEN l.window_started_at <= @forgotten THEN 1 ELSE l.failures_in_a_row + 1 END AS in_a_row
                FROM (SELECT l.window_started_at <= @window_start OR l.locked_until IS NOT NULL AS fresh) f) n)
        WHERE l.locked_until IS NULL OR l.locked_until <= @now
        RETURNING locked_until
        """;
}
