using System.Threading.RateLimiting;

namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// A fixed window that counts outcomes, not requests: somebody who signs in correctly all day never reaches the limit. No more
/// requests run at a time than may still fail; the others wait. So a burst of guesses cannot pass before the first is counted, and
/// a burst of correct sign-ins is merely queued.
/// </summary>
internal sealed class OutcomeLimiter(int limit, TimeSpan window, TimeProvider clock, Func<bool> outcomeCounts) : RateLimiter
{
    private const int MaxWaiting = 1000;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<RateLimitLease>> _waiting = new();
    private DateTimeOffset _windowEnds;
    private int _counted;
    private int _underWay;

    // Only a limiter with no counts may be discarded.
    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_gate)
            {
                return _underWay == 0 && _waiting.Count == 0 && clock.GetUtcNow() >= _windowEnds ? TimeSpan.MaxValue : null;
            }
        }
    }

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_gate)
        {
            Roll();
            return _counted + _underWay < limit ? Take() : new Lease(null, _windowEnds - clock.GetUtcNow());
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        TaskCompletionSource<RateLimitLease> waiter;
        lock (_gate)
        {
            var lease = AttemptAcquireCore(permitCount);
            if (lease.IsAcquired || _counted >= limit || _waiting.Count >= MaxWaiting)
            {
                return ValueTask.FromResult(lease);
            }

            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter);
        }

        return new(WaitAsync(waiter, cancellationToken));
    }

    private static async Task<RateLimitLease> WaitAsync(TaskCompletionSource<RateLimitLease> waiter, CancellationToken cancellationToken)
    {
        await using var _ = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        // In real time, whatever clock the window uses, because a client is waiting.
        await Task.WhenAny(waiter.Task, Task.Delay(Timeout, cancellationToken));
        waiter.TrySetResult(new Lease(null, Timeout));
        return await waiter.Task;
    }

    private void Release()
    {
        var counts = outcomeCounts();
        lock (_gate)
        {
            Roll();
            _underWay--;
            _counted += counts ? 1 : 0;
            while ((_counted >= limit || _counted + _underWay < limit) && _waiting.TryDequeue(out var waiter))
            {
                var lease = AttemptAcquireCore(1);
                if (!waiter.TrySetResult(lease) && lease.IsAcquired)
                {
                    _underWay--;
                }
            }
        }
    }

    private void Roll()
    {
        var now = clock.GetUtcNow();
        if (now >= _windowEnds)
        {
            (_windowEnds, _counted) = (now + window, 0);
        }
    }

    private Lease Take()
    {
        _underWay++;
        return new Lease(this, default);
    }

    private sealed class Lease(OutcomeLimiter? limiter, TimeSpan retryAfter) : RateLimitLease
    {
        private OutcomeLimiter? _limiter = limiter;

        public override bool IsAcquired { get; } = limiter is not null;

        public override IEnumerable<string> MetadataNames => IsAcquired ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name && !IsAcquired ? retryAfter : null;
            return metadata is not null;
        }

        protected override void Dispose(bool disposing)
        {
            Interlocked.Exchange(ref _limiter, null)?.Release();
            base.Dispose(disposing);
        }
    }
}
