using System.Collections.Concurrent;
using System.Diagnostics;

namespace AuthServer.Storm;

/// <summary>What a device does.</summary>
internal enum Act
{
    Refresh,
    Me,
    Verify,
}

/// <summary>One request and what became of it.</summary>
internal readonly record struct Sample(Act Act, ServerProcess Server, long StartedAt, Answer Answer);

/// <summary>Devices that go on and on, each with one request at a time, until they are told to stop.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private static readonly Act[] All = [Act.Refresh, Act.Me, Act.Verify];

    private readonly ConcurrentQueue<Sample> _samples = new();
    private readonly List<Task> _loops = [];
    private volatile bool _isOver;

    private Traffic()
    {
    }

    public IReadOnlyCollection<Sample> Samples => _samples;

    /// <summary>
    /// Starts them; <paramref name="refused"/> says where to go when nobody takes the connection (nowhere, unless given).
    /// </summary>
    public static Traffic Start(
        IReadOnlyList<Device> devices, ServerProcess[] servers, TimeSpan pause, Act[]? acts = null,
        Func<ServerProcess, ServerProcess>? refused = null)
    {
        var traffic = new Traffic();
        traffic._loops.AddRange(
            devices.Select((device, number) => Task.Run(() => traffic.LoopAsync(device, servers, number, pause, acts ?? All, refused))));
        return traffic;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public async Task<IReadOnlyCollection<Sample>> StopAsync()
    {
        _isOver = true;
        await Task.WhenAll(_loops);
        return _samples;
    }

    public static async Task<Answer> DoAsync(Device device, Act act, ServerProcess server) => act switch
    {
        Act.Refresh => await device.RefreshAsync(server),
        Act.Me => await device.MeAsync(server),
        _ => await device.VerifyAsync(server),
    };

    private async Task LoopAsync(
        Device device, ServerProcess[] servers, int number, TimeSpan pause, Act[] acts, Func<ServerProcess, ServerProcess>? refused)
    {
        for (var turn = number; !_isOver; turn++)
        {
            var server = servers[turn / acts.Length % servers.Length];
            var act = acts[turn % acts.Length];
            var startedAt = Stopwatch.GetTimestamp();
            var answer = await DoAsync(device, act, server);
            if (answer.Fault == Fault.NotSent && refused is not null)
            {
                (server, startedAt) = (refused(server), Stopwatch.GetTimestamp());
                answer = await DoAsync(device, act, server);
            }

            _samples.Enqueue(new(act, server, startedAt, answer with { Body = answer.Status == 200 ? null : answer.Body }));
            await Task.Delay(pause);
        }
    }
}
