using System.Globalization;
using System.Runtime.InteropServices;

namespace AuthServer.Load;

/// <summary>Processor time and memory of other processes: Linux only.</summary>
internal static class Cpu
{
    // USER_HZ, which is 100 on every Linux whatever the kernel's own tick is.
    private const double MillisecondsPerTick = 10;
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>User and system time of a process and all it ever started, in milliseconds.</summary>
    public static double OfTree(int process)
    {
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0).Select(Read).OfType<Stat>().ToLookup(stat => stat.Parent);
        return (Read(process)?.TicksOfEndedChildren ?? 0) * MillisecondsPerTick + Clock(ClockOf(process)) + OfChildren(process, all);
    }

    public static int ParentOf(int process) =>
        Read(process)?.Parent ?? throw new InvalidOperationException($"There is no process {process}.");

    /// <summary>Resident memory in megabytes (10^6 bytes).</summary>
    public static double ResidentMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    /// <summary>What the calling thread has run so far, in milliseconds.</summary>
    public static double OfThisThread() => Clock(ThreadClock);

    private static double OfChildren(int process, ILookup<int, Stat> all) =>
        all[process].Sum(child => child.TicksOfEndedChildren * MillisecondsPerTick + Clock(ClockOf(child.Id)) + OfChildren(child.Id, all));

    // What clock_getcpuclockid(3) answers: user and system time of a process to the nanosecond. The ticks in /proc would
    // be off by 20 ms for each of PostgreSQL's processes.
    private static int ClockOf(int process) => (~process << 3) | 2;

    // 0 for a process that has just ended: its parent has its ticks.
    private static double Clock(int clock) => ReadClock(clock, out var time) == 0 ? time.Seconds * 1e3 + time.Nanoseconds / 1e6 : 0;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out Time time);

    private static Stat? Read(int process)
    {
        try
        {
            // The name in parentheses may hold anything. After it: state, parent, ...; cutime and cstime, of children that have been waited
            // for.
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(
                process, int.Parse(fields[1], CultureInfo.InvariantCulture),
                fields[13..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }

    private sealed record Stat(int Id, int Parent, long TicksOfEndedChildren);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);
}
