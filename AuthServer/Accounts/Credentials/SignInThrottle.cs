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
internal sealed record ThrottleDecision(TimeSpan? RetryAfter, bool SetLock);

/// <summary>
/// Slows down guessing, by name as typed and whether or not the account exists, so that a lock reveals nothing: a few failures from
/// one network lock the name for that network, more from anywhere lock it for everybody, and each lock is longer than the last. An
/// attempt is counted before the password is checked, and refunded if it was right: of any number of parallel guesses, on any
/// number of replicas, no more than the limit are evaluated.
/// </summary>
internal sealed class SignInThrottle(Secrets secrets, SignInSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Forgiven = TimeSpan.FromDays(1);

    // The second row is only reached through the first: an attempt that one network's lock refuses must not count towards the
    // global lock, or a single attacker could lock the owner out everywhere.
    private static readonly string CountSql = $"""
        WITH locked AS (
            SELECT max(locked_until) AS until FROM sign_in_lockouts
            WHERE identifier = @identifier AND network IN (@network, '{SignInLockout.Anywhere}') AND locked_until > @now),
        here AS ({CountRow("@network", "@network_limit", "locked WHERE until IS NULL")}),
        anywhere AS ({CountRow($"'{SignInLockout.Anywhere}'", "@anywhere_limit", "here")})
        SELECT (SELECT until FROM locked), EXISTS (SELECT 1 FROM anywhere),
            EXISTS (SELECT 1 FROM here WHERE locked_until IS NOT NULL) OR EXISTS (SELECT 1 FROM anywhere WHERE locked_until IS NOT NULL)
        """;

    // In the same order as above, so that replicas never deadlock.
    private const string RefundSql = """
        WITH here AS (
            UPDATE sign_in_lockouts SET failures = CASE WHEN @succeeded THEN 0 ELSE failures - 1 END,
                locks = locks - CASE WHEN locked_until IS NULL THEN 0 ELSE 1 END, locked_until = NULL
            WHERE identifier = @identifier AND network = @network
            RETURNING 1)
        UPDATE sign_in_lockouts SET failures = failures - 1, locks = locks - CASE WHEN locked_until IS NULL THEN 0 ELSE 1 END,
            locked_until = NULL
        WHERE identifier = @identifier AND network = '*' AND (SELECT count(*) FROM here) >= 0
        """;

    private readonly byte[] _key = secrets.Derive("sign-in-identifier")[0].Bytes;

    public SignInAttempt Attempt(string name, RequestOrigin origin) => new(Identify(name), origin.Network);

    /// <summary>Counts an attempt, unless its name is locked. Read the row with <see cref="ReadAsync"/>.</summary>
    public NpgsqlBatchCommand Count(SignInAttempt attempt)
    {
        var now = clock.GetUtcNow();
        return Step(CountSql, attempt)
            .Add("now", now)
            .Add("window_start", now - settings.FailureWindow)
            .Add("forgiven", now - Forgiven)
            .Add("durations", settings.EffectiveLockDurations.ToArray())
            .Add("network_limit", settings.FailuresFromOneNetwork)
            .Add("anywhere_limit", settings.FailuresFromAnywhere);
    }

    public async Task<ThrottleDecision> ReadAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        await row.ReadAsync(cancellationToken);
        // An attempt that lost the race against the lock gets the length of the first lock.
        TimeSpan? retryAfter = !row.IsDBNull(0) ? row.GetFieldValue<DateTimeOffset>(0) - clock.GetUtcNow()
            : row.GetBoolean(1) ? null
            : settings.EffectiveLockDurations[0];
        return new(retryAfter, row.GetBoolean(2));
    }

    /// <summary>Refunds an attempt that was not a failure; a success also clears earlier failures from that network.</summary>
    public static NpgsqlBatchCommand Refund(SignInAttempt attempt, bool succeeded) =>
        Step(RefundSql, attempt).Add("succeeded", succeeded);

    /// <summary>The keyed hash of the name that the table stores.</summary>
    public byte[] Identify(string name) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(name));

    private static NpgsqlBatchCommand Step(string sql, SignInAttempt attempt) =>
        SqlStep.Of(sql).Add("identifier", attempt.Identifier).Add("network", attempt.Network);

    private static string CountRow(string network, string limit, string from) => $"""
        INSERT INTO sign_in_lockouts AS l (identifier, network, failures, window_started_at, locked_until, locks)
        SELECT @identifier, {network}, 1, @now, CASE WHEN 1 >= {limit} THEN @now + (@durations)[1] END,
            CASE WHEN 1 >= {limit} THEN 1 ELSE 0 END
        FROM {from}
        ON CONFLICT (identifier, network) DO UPDATE SET (failures, window_started_at, locked_until, locks) = (
            SELECT n.failures, n.started,
                CASE WHEN n.failures >= {limit} THEN @now + (@durations)[least(n.locks + 1, cardinality(@durations))] END,
                CASE WHEN n.failures >= {limit} THEN n.locks + 1 ELSE n.locks END
            FROM (SELECT CASE WHEN fresh THEN 1 ELSE l.failures + 1 END AS failures,
                CASE WHEN fresh THEN @now ELSE l.window_started_at END AS started,
                    CASE WHEN coalesce(l.locked_until, l.window_started_at) <= @forgiven THEN 0 ELSE l.locks END AS locks
                FROM (SELECT l.window_started_at <= @window_start OR l.locked_until IS NOT NULL AS fresh) f) n)
        WHERE l.locked_until IS NULL OR l.locked_until <= @now
        RETURNING locked_until
        """;
}
