using System.Collections.Concurrent;
using System.Globalization;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.SigningKeys;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>
/// What every replica keeps in memory so that a token's revocation costs no round trip: the sessions, and the token
/// versions of people, whose access tokens are refused although they have not expired. NOTIFY brings new ones within a moment; while the
/// LISTEN connection is down, the database is asked on every request: safe first, then fast. A database that is down accepts no
/// revocations, so memory decides; while one does not respond, every request is refused.
/// </summary>
internal sealed class RevocationFeed(ListenConnectionState listening, NpgsqlDataSource database, TokenSettings tokens, TimeProvider clock)
    : INotificationSubscriber
{
    public const string ChannelName = "revocations";

    private const string PersonMark = "user:";
    private const string TenantMark = "tenant:";
    private const string SuspendedState = "suspended";
    private const string OpenState = "open";
    private const int MostTries = 20;

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _sessions = new();
    private readonly ConcurrentDictionary<Guid, (int Version, DateTimeOffset Until)> _people = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _tenants = new();
    private DateTimeOffset _sweptAt;

    public string Channel => ChannelName;

    /// <summary>Why this caller's token is refused, or null.</summary>
    public async ValueTask<ErrorCode?> RefusalAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (_sessions.ContainsKey(caller.SessionId))
        {
            return ErrorCodes.SessionRevoked;
        }

        if (_people.TryGetValue(caller.UserId, out var person) && caller.TokenVersion < person.Version)
        {
            return ErrorCodes.TokenOutdated;
        }

        if (caller.TenantId is { } tenant && _tenants.ContainsKey(tenant))
        {
            return ErrorCodes.TokenOutdated;
        }

        return listening.IsCurrent ? null : await AskIfUpAsync(caller, cancellationToken);
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var command =
            database.CreateCommand(
                "SELECT session_id, user_id, token_version, tenant_id, expires_at FROM revocations WHERE expires_at > @now");
        command.Add("now", clock.GetUtcNow());
        var suspended = new Dictionary<Guid, DateTimeOffset>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var until = row.GetFieldValue<DateTimeOffset>(4);
            if (!row.IsDBNull(3))
            {
                suspended[row.GetGuid(3)] = until;
            }
            else if (row.IsDBNull(0))
            {
                Remember(row.GetGuid(1), row.GetInt32(2), until);
            }
            else
            {
                _sessions[row.GetGuid(0)] = until;
            }
        }

        KeepOnly(suspended);
    }

    /// <summary>Refuses these sessions' access tokens from now on, on this replica.</summary>
    public void Refuse(IEnumerable<Guid> ended)
    {
        var until = RefusedUntil(clock.GetUtcNow());
        foreach (var sessionId in ended)
        {
            _sessions[sessionId] = until;
        }
    }

    public static string NoticeAbout(Guid tenantId, bool isSuspended) =>
        $"{TenantMark}{tenantId}:{(isSuspended ? SuspendedState : OpenState)}";

    /// <summary>When the last token affected by a revocation made now will have expired, plus a minute for clock skew.</summary>
    public DateTimeOffset RefusedUntil(DateTimeOffset now) => now + LongestAcceptance;

    /// <summary>An access token issued before this moment is no longer accepted anywhere.</summary>
    public DateTimeOffset AcceptedSince(DateTimeOffset now) => now - LongestAcceptance;

    private TimeSpan LongestAcceptance => tokens.AccessTokenLifetime + tokens.ClockSkew + TimeSpan.FromMinutes(1);

    // A session's id, user:ID:VERSION, tenant:ID:suspended or tenant:ID:open. Everything it refuses was issued before this moment,
    // and has expired one token lifetime from now.
    public void Receive(string notice)
    {
        var now = clock.GetUtcNow();
        if (Guid.TryParse(notice, out var sessionId))
        {
            Refuse([sessionId]);
        }
        else if (notice.StartsWith(PersonMark, StringComparison.Ordinal)
            && notice[PersonMark.Length..].Split(':') is [var user, var version]
            && Guid.TryParse(user, out var userId)
                && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            Remember(userId, number, RefusedUntil(now));
        }
        else if (notice.StartsWith(TenantMark, StringComparison.Ordinal)
            && notice[TenantMark.Length..].Split(':') is [var id, var state]
            && Guid.TryParse(id, out var tenantId))
        {
            Receive(tenantId, isSuspended: state == SuspendedState, RefusedUntil(now));
        }

        DropExpired(now);
    }

    private void Receive(Guid tenantId, bool isSuspended, DateTimeOffset until)
    {
        if (isSuspended)
        {
            _tenants[tenantId] = until;
        }
        else
        {
            _tenants.TryRemove(tenantId, out _);
        }
    }

    // The notification that a tenant was reopened can be missed as well.
    private void KeepOnly(Dictionary<Guid, DateTimeOffset> suspended)
    {
        foreach (var (tenantId, until) in suspended)
        {
            _tenants[tenantId] = until;
        }

        foreach (var tenantId in _tenants.Keys.Where(tenantId => !suspended.ContainsKey(tenantId)))
        {
            _tenants.TryRemove(tenantId, out _);
        }
    }

    private async Task<ErrorCode?> AskIfUpAsync(Caller caller, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await AskAsync(caller, cancellationToken);
            }
            catch (Exception exception) when (tries < MostTries && DatabaseFaults.IsCut(exception))
            {
                // This connection is broken, and maybe others in the pool: opening a new one shows whether the database is down.
            }
            catch (Exception exception) when (listening.HasMissedNothing && DatabaseFaults.IsRefusal(exception))
            {
                return null;
            }
        }
    }

    private async Task<ErrorCode?> AskAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT session_id IS NOT NULL FROM revocations
            WHERE session_id = @session_id OR (user_id = @user_id AND token_version > @version) OR tenant_id = @tenant_id
            ORDER BY 1 DESC LIMIT 1
            """);
        command.Add("tenant_id", caller.TenantId);
        command.Add("session_id", caller.SessionId);
        command.Add("user_id", caller.UserId);
        command.Add("version", caller.TokenVersion);
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            true => ErrorCodes.SessionRevoked,
            false => ErrorCodes.TokenOutdated,
            _ => null,
        };
    }

    private void Remember(Guid userId, int version, DateTimeOffset until) =>
        _people.AddOrUpdate(userId, (version, until), (_, known) => known.Version >= version ? known : (version, until));

    private void DropExpired(DateTimeOffset now)
    {
        if (now - _sweptAt < TimeSpan.FromMinutes(1))
        {
            return;
        }

        _sweptAt = now;
        foreach (var (sessionId, _) in _sessions.Where(entry => entry.Value <= now))
        {
            _sessions.TryRemove(sessionId, out _);
        }

        foreach (var (tenantId, _) in _tenants.Where(entry => entry.Value <= now))
        {
            _tenants.TryRemove(tenantId, out _);
        }

        foreach (var (userId, _) in _people.Where(entry => entry.Value.Until <= now))
        {
            _people.TryRemove(userId, out _);
        }
    }
}
