using System.Runtime.CompilerServices;

namespace AuthServer.Load;

/// <summary>A fixed amount of work on every core: what it takes tells how fast the machine is at this moment.</summary>
internal static class Calibration
{
    private const int Steps = 40_000_000;

    private static ulong _result;

    /// <summary>Processor milliseconds, the mean over the cores.</summary>
    public static double Measure()
    {
        var times = new double[Environment.ProcessorCount];
        var threads = times.Select((_, core) => new Thread(() => times[core] = Work())).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return times.Average();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Work()
    {
        var before = Cpu.OfThisThread();
        var state = 88172645463325252UL; // xorshift64
        for (var step = 0; step < Steps; step++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }

        Volatile.Write(ref _result, state);
        return Cpu.OfThisThread() - before;
    }
}
