namespace AuthServer.Accounts.Credentials;

/// <summary>
/// A queue for work that costs processor time. A few pieces run at once and the others wait; networks take turns, so that a crowd from
/// one network delays nobody else by more than one piece of work. No network holds more than a quarter of the slots.
/// </summary>
/// <param name="running">How many pieces run at once.</param>
/// <param name="slots">How many run or wait.</param>
internal sealed class FairQueue(int running, int slots)
{
    private readonly int _share = Math.Max(1, slots / 4);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Queue<Line> _turns = new();
    private int _taken;
    private int _running;

    /// <summary>Takes a slot; null if all are taken, or as many as one network may hold.</summary>
    public Slot? Enter(string network)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(network, out var line))
            {
                line = new(network);
            }

            if (_taken == slots || line.Held == _share)
            {
                return null;
            }

            _lines[network] = line;
            (_taken, line.Held) = (_taken + 1, line.Held + 1);
            return new Slot(this, line);
        }
    }

    private void Leave(Line line)
    {
        lock (_gate)
        {
            (_taken, line.Held) = (_taken - 1, line.Held - 1);
            if (line.Held == 0)
            {
                _lines.Remove(line.Network);
            }
        }
    }

    private async Task WaitForTurnAsync(Line line, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_running < running)
            {
                _running++;
                return;
            }

            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Waiting.Enqueue(waiter);
            if (line.Waiting.Count == 1)
            {
                _turns.Enqueue(line);
            }
        }

        await using var _ = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        await waiter.Task;
    }

    // Whoever hung up while waiting is passed over.
    private void EndTurn()
    {
        lock (_gate)
        {
            _running--;
            while (_running < running && _turns.TryDequeue(out var line))
            {
                _running += line.Waiting.Dequeue().TrySetResult() ? 1 : 0;
                if (line.Waiting.Count > 0)
                {
                    _turns.Enqueue(line);
                }
            }
        }
    }

    /// <summary>A place in the queue. Dispose of it to leave.</summary>
    public sealed class Slot : IDisposable
    {
        private readonly FairQueue _queue;
        private readonly Line _line;

        internal Slot(FairQueue queue, Line line) => (_queue, _line) = (queue, line);

        /// <summary>Runs the work when its turn has come.</summary>
        public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
        {
            await _queue.WaitForTurnAsync(_line, cancellationToken);
            try
            {
                return await work();
            }
            finally
            {
                _queue.EndTurn();
            }
        }

        public void Dispose() => _queue.Leave(_line);
    }

    /// <summary>The slots of one network, and those of them that wait for their turn.</summary>
    internal sealed class Line(string network)
    {
        public string Network => network;

        public int Held { get; set; }

        public Queue<TaskCompletionSource> Waiting { get; } = new();
    }
}
