namespace AuthServer.Load;

/// <summary>How refresh and me fare while many people sign in at once, beside how they fare when nobody does.</summary>
internal sealed record StormFigures(
    double IdleRefresh, double StormRefresh, double IdleMe, double StormMe, int SignedIn, int Busy, int Errors);

internal sealed class Storm(Requests requests)
{
    private const int SignIns = 200;
    private const int Probes = 4;

    // The probes leave the machine idle between, so that they measure how long a request waits and not their own crowd.
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(5);

    // Sooner than Retry-After asks for: not everybody waits as told.
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    public async Task<StormFigures> RunAsync(TimeSpan duration)
    {
        var (idleRefresh, idleMe) = await ProbeAsync(duration);
        using var stop = new CancellationTokenSource();
        var signIns = Enumerable.Range(0, SignIns).Select(person => SignInAsync(person, stop.Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(1));
        var (refresh, me) = await ProbeAsync(duration);
        await stop.CancelAsync();
        var statuses = (await Task.WhenAll(signIns)).SelectMany(list => list).ToLookup(status => status);
        var signedIn = statuses[StatusCodes.Status200OK].Count();
        var busy = statuses[StatusCodes.Status503ServiceUnavailable].Count();
        var errors =
            statuses.Sum(status => status.Count()) - signedIn - busy
                + new[] { idleRefresh, idleMe, refresh, me }.Sum(tally => tally.Errors.Values.Sum());
        return new(idleRefresh.Quantile(0.99), refresh.Quantile(0.99), idleMe.Quantile(0.99), me.Quantile(0.99), signedIn, busy, errors);
    }

    private async Task<(Tally Refresh, Tally Me)> ProbeAsync(TimeSpan duration)
    {
        var refresh = ClosedLoop.RunAsync(Probes, duration, requests.RefreshAsync, ProbePause);
        var me = ClosedLoop.RunAsync(Probes, duration, requests.MeAsync, ProbePause);
        return (await refresh, await me);
    }

    private async Task<List<int>> SignInAsync(int person, CancellationToken stop)
    {
        var statuses = new List<int>();
        while (!stop.IsCancellationRequested)
        {
            statuses.Add(await requests.SignInAsync(person));
            if (statuses[^1] == StatusCodes.Status503ServiceUnavailable)
            {
                await Task.Delay(BusyPause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return statuses;
    }
}
