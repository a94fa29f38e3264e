using System.Text;
using System.Threading.RateLimiting;
using AuthServer.Domain;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Identity's password hasher behind a gate. By design a hash costs some hundredths of a CPU second and some megabytes. The gate
/// keeps at least one core free for people who are signed in already, bounds the memory, shares the processor fairly between networks,
/// and refuses attempts that would wait too long.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly IPasswordHasher<User> _hasher;
    private readonly StoredHashes _stored;
    private readonly PasswordSettings _settings;
    private readonly FairQueue _queue;
    private readonly IHttpContextAccessor _current;
    private readonly ConcurrencyLimiter _mebibytes;
    private readonly LowPriorityTaskScheduler _threads;
    private readonly Task<StoredHash> _nobodysHash;

    public PasswordHashing(
        IPasswordHasher<User> hasher, StoredHashes stored, PasswordSettings settings, IHttpContextAccessor current)
    {
        (_hasher, _stored, _settings, _current) = (hasher, stored, settings, current);
        _queue = new(settings.EffectiveConcurrentHashes, settings.EffectiveConcurrentHashes * (1 + settings.QueuedPerHash));
        // No queue limit: only the few attempts whose turn it is wait here.
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
    /// <exception cref="BusyException">All slots are taken, or all that the request's network may hold.</exception>
    public FairQueue.Slot EnterQueue() =>
        _queue.Enter(RequestOrigin.NetworkOf(_current.HttpContext?.Connection.RemoteIpAddress)) ?? throw new BusyException(RetryAfter);

    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <param name="slot">The caller's slot; without one, the hash takes its own.</param>
    /// <exception cref="BusyException">The queue is full.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken, FairQueue.Slot? slot = null) =>
        QueuedAsync(() => _hasher.HashPassword(null!, Normalize(password)), _settings.NewHashMemoryMiB, slot, cancellationToken);

    /// <summary>
    /// Verifies a password. If the account does not exist, or has no hash that can be verified, the same work is done for a dummy
    /// hash, so that the response time reveals nothing.
    /// </summary>
    /// <param name="hash">What is stored.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <param name="slot">The caller's slot; without one, the hash takes its own.</param>
    /// <exception cref="BusyException">The queue is full.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(
        string? hash, string password, CancellationToken cancellationToken, FairQueue.Slot? slot = null)
    {
        var stored = hash is null ? null : _stored.Read(hash);
        var compared = stored ?? await _nobodysHash;
        var result = await QueuedAsync(() => _stored.Compare(compared, password), compared.MemoryMiB, slot, cancellationToken);
        return stored is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose()
    {
        _mebibytes.Dispose();
        _threads.Dispose();
    }

    // NIST SP 800-63B-4 section 3.1.1.2: the same word typed on two keyboards must be the same password.
    internal static string Normalize(string password) => password.Normalize(NormalizationForm.FormKC);

    private async Task<T> QueuedAsync<T>(Func<T> hash, int mebibytes, FairQueue.Slot? slot, CancellationToken cancellationToken)
    {
        using var own = slot is null ? EnterQueue() : null;
        return await (slot ?? own!).RunAsync(
            async () =>
            {
                using var memory = await _mebibytes.AcquireAsync(mebibytes, cancellationToken);
                _current.HttpContext?.MarkCostly();
                return await RunAsync(hash, cancellationToken);
            },
            cancellationToken);
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
}
