using System.Collections.Frozen;
using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>The current keys in memory: the one that signs, those that verify, and those that are published.</summary>
internal sealed class KeyRing(
    NpgsqlDataSource database, ListenConnectionState listening, KeyWrapping wrapping, TokenSettings settings, TimeProvider clock,
    ILogger<KeyRing> logger)
    : INotificationSubscriber, IDisposable
{
    public const string ChannelName = "signing_keys";

    private const string SigningKeySql =
        "SELECT id, algorithm, public_key, wrapped_private_key, created_at, activates_at, retires_at, expires_at FROM signing_keys";
    private const int MostTries = 20;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private volatile FrozenDictionary<string, SigningCredential> _keys = FrozenDictionary<string, SigningCredential>.Empty;
    private volatile SigningCredential[] _signers = [];
    private long _readAt;

    public string Channel => ChannelName;

    public bool IsLoaded => _keys.Count > 0;

    /// <summary>The rows as last read.</summary>
    public IEnumerable<SigningKey> Stored => _keys.Values.Select(key => key.Stored).OfType<SigningKey>();

    /// <exception cref="NotReadyException">No key has been loaded yet.</exception>
    public SigningCredential Signing
    {
        get
        {
            var now = clock.GetUtcNow();
            foreach (var key in _signers)
            {
                // The youngest active key. If the rotation job has failed for weeks, it continues past its time, which is better
                // than no sign-in.
                if (!(key.Stored?.ActivatesAt > now))
                {
                    return key;
                }
            }

            throw new NotReadyException("The signing keys have not been loaded.");
        }
    }

    /// <summary>The published keys.</summary>
    public JsonWebKeySet Published
    {
        get
        {
            var now = clock.GetUtcNow();
            return new(
                [.. _keys.Values
                    .Where(key => key.Published is not null && key.Stored!.ExpiresAt > now)
                    .OrderBy(key => key.Stored!.ActivatesAt)
                    .Select(key => key.Published!)]);
        }
    }

    /// <summary>The key with this id if its tokens are still accepted, or null.</summary>
    public SigningCredential? Find(string id) =>
        _keys.TryGetValue(id, out var key) && !(key.Stored?.ExpiresAt <= clock.GetUtcNow()) ? key : null;

    /// <summary>
    /// Why this server must not run on this database: its keys are wrapped under an unknown root secret. Null if they can be read,
    /// or if the database is unavailable or empty, which may be temporary.
    /// </summary>
    public async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReloadAsync(cancellationToken);
            return null;
        }
        catch (CryptographicException exception)
        {
            return exception.Message;
        }
        catch (Exception exception) when (exception is DbException or NotReadyException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReloadAsync(cancellationToken);
        }
        catch (CryptographicException exception)
        {
            // Unreadable keys must not stop the processing of revocations; any other failure leaves the connection marked as down.
            Log.ReloadFailed(logger, exception);
        }
    }

    public void Receive(string notice) => _ = _ending.IsCancellationRequested ? Task.CompletedTask : ReloadPersistentlyAsync(_ending.Token);

    /// <summary>
    /// Call it before a key is trusted: while the LISTEN connection is down, a revocation may have been missed, and the keys are
    /// read again, at most once a second. While the database is down, nobody can revoke.
    /// </summary>
    public async ValueTask EnsureCurrentAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; !listening.IsCurrent && !IsFresh; tries++)
        {
            try
            {
                await ReloadAsync(cancellationToken, unlessFresh: true);
                return;
            }
            catch (Exception exception) when (tries < MostTries && DatabaseFaults.IsCut(exception))
            {
                // This connection is broken: opening a new one shows whether the database is down.
            }
            catch (Exception exception) when (listening.HasMissedNothing && DatabaseFaults.IsRefusal(exception))
            {
                return;
            }
        }
    }

    private bool IsFresh => Volatile.Read(ref _readAt) is var readAt and not 0 && Stopwatch.GetElapsedTime(readAt) < Fresh;

    public async Task ReloadAsync(CancellationToken cancellationToken, bool unlessFresh = false)
    {
        var readAt = Stopwatch.GetTimestamp();
        // A shared secret and published keys are never in one ring: a public key must not be usable as a secret.
        if (settings.Algorithm == SigningAlgorithms.Hs256)
        {
            Hold([SigningCredential.FromSharedSecret(settings.SharedSecret!)]);
            Volatile.Write(ref _readAt, readAt);
            return;
        }

        // One at a time: of two concurrent reads, the older must not win.
        await _reloading.WaitAsync(cancellationToken);
        try
        {
            if (unlessFresh && IsFresh)
            {
                return;
            }

            readAt = Stopwatch.GetTimestamp();
            Hold([.. (await ReadAsync(cancellationToken)).Select(key => Held(key) ?? SigningCredential.Open(key, wrapping))]);
            Volatile.Write(ref _readAt, readAt);
        }
        finally
        {
            _reloading.Release();
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _reloading.Dispose();
    }

    // Plain SQL, because the start of the server waits for it, and building EF's model takes longer than everything else together.
    private async Task<List<SigningKey>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SigningKeySql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<SigningKey>();
        while (await row.ReadAsync(cancellationToken))
        {
            keys.Add(Read(row));
        }

        return keys;
    }

    private static SigningKey Read(NpgsqlDataReader row)
    {
        var (createdAt, activatesAt) = (row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5));
        var (retiresAt, expiresAt) = (row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7));
        return new(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3), createdAt, activatesAt,
            use: retiresAt - activatesAt, keep: expiresAt - retiresAt);
    }

    // The same object while its row has not changed: the tokens that were verified with it stay remembered.
    private SigningCredential? Held(SigningKey row) =>
        _keys.TryGetValue(row.Id, out var held) && held.Stored?.IsSameAs(row) == true ? held : null;

    private void Hold(IReadOnlyCollection<SigningCredential> keys)
    {
        _signers = [.. keys.Where(key => key.Algorithm == settings.Algorithm).OrderByDescending(key => key.Stored?.ActivatesAt)];
        _keys = keys.ToFrozenDictionary(key => key.Id, StringComparer.Ordinal);
    }

    // Retried until it succeeds: the notification may mean that a key has leaked. The state of the connection does not matter,
    // because another notification may never come.
    private async Task ReloadPersistentlyAsync(CancellationToken ending)
    {
        for (var hasFailed = false; ; hasFailed = true)
        {
            try
            {
                await ReloadAsync(ending);
                return;
            }
            catch (Exception exception) when (!ending.IsCancellationRequested)
            {
                if (!hasFailed && !DatabaseFaults.IsUnavailable(exception))
                {
                    Log.ReloadFailed(logger, exception);
                }

                await Task.Delay(RetryAfter, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
