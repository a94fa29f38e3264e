using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Threading.RateLimiting;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Identity's password hasher behind a gate. By design a hash costs some hundredths of a CPU second and some megabytes. The gate
/// keeps at least one core free for people who are signed in already, bounds the memory, and refuses attempts that would wait too
/// long.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly IPasswordHasher<User> _hasher;
    private readonly StoredHashes _stored;
    private readonly PasswordSettings _settings;
    private readonly ConcurrencyLimiter _gate;
    private readonly ConcurrencyLimiter _mebibytes;
    private readonly LowPriorityTaskScheduler _threads;
    private readonly Task<StoredHash> _nobodysHash;
    private readonly int _slots;
    private int _taken;

    public PasswordHashing(IPasswordHasher<User> hasher, StoredHashes stored, PasswordSettings settings)
    {
        (_hasher, _stored, _settings) = (hasher, stored, settings);
        _slots = settings.EffectiveConcurrentHashes * (1 + settings.QueuedPerHash);
        _gate = new(new ConcurrencyLimiterOptions
        {
            PermitLimit = settings.EffectiveConcurrentHashes,
            QueueLimit = settings.EffectiveConcurrentHashes * settings.QueuedPerHash,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        // No queue limit: only the few attempts that have passed the gate wait here.
        _mebibytes = new(new ConcurrencyLimiterOptions
        {
            PermitLimit = settings.EffectiveMaxHashMemoryMiB,
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        _threads = new(settings.EffectiveConcurrentHashes);
        // Computed before the first sign-in: computing it then would reveal that the account is unknown.
        _nobodysHash = RunAsync(MakeNobodysHash, CancellationToken.None);
    }

    /// <summary>
    /// Takes a slot in the queue, for callers with other work to do first: in a burst only as many as can be served may query the
    /// database, so that they do not slow down people who are signed in.
    /// </summary>
    /// <exception cref="BusyException">All slots are taken.</exception>
    public QueueSlot EnterQueue()
    {
        if (Interlocked.Increment(ref _taken) > _slots)
        {
            Interlocked.Decrement(ref _taken);
            throw new BusyException(RetryAfter);
        }

        return new QueueSlot(this);
    }

    /// <exception cref="BusyException">The queue is full.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        BehindGateAsync(() => _hasher.HashPassword(null!, Normalize(password)), _settings.NewHashMemoryMiB, cancellationToken);

    /// <summary>
    /// Verifies a password. If the account does not exist, or has no hash that can be verified, the same work is done for a dummy
    /// hash, so that the response time reveals nothing.
    /// </summary>
    /// <exception cref="BusyException">The queue is full.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(string? hash, string password, CancellationToken cancellationToken)
    {
        var stored = hash is null ? null : _stored.Read(hash);
        var compared = stored ?? await _nobodysHash;
        var result = await BehindGateAsync(() => _stored.Compare(compared, password), compared.MemoryMiB, cancellationToken);
        return stored is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose()
    {
        _gate.Dispose();
        _mebibytes.Dispose();
        _threads.Dispose();
    }

    // NIST SP 800-63B-4 section 3.1.1.2: the same word typed on two keyboards must be the same password.
    internal static string Normalize(string password) => password.Normalize(NormalizationForm.FormKC);

    [SuppressMessage("Performance", "CA1849", Justification = "A hash is CPU time: there is nothing to await.")]
    private async Task<T> BehindGateAsync<T>(Func<T> hash, int mebibytes, CancellationToken cancellationToken)
    {
        using var permit = await _gate.AcquireAsync(1, cancellationToken);
        if (!permit.IsAcquired)
        {
            throw new BusyException(RetryAfter);
        }

        using var memory = await _mebibytes.AcquireAsync(mebibytes, cancellationToken);
        return await RunAsync(hash, cancellationToken);
    }

    private StoredHash MakeNobodysHash()
    {
        var hash = _stored.Read(_hasher.HashPassword(null!, Guid.NewGuid().ToString()))!;
        // This also measures how long a verification takes.
        _stored.Compare(hash, "");
        return hash;
    }

    private Task<T> RunAsync<T>(Func<T> hash, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(hash, cancellationToken, TaskCreationOptions.DenyChildAttach, _threads);

    internal readonly struct QueueSlot(PasswordHashing hashing) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref hashing._taken);
    }
}
