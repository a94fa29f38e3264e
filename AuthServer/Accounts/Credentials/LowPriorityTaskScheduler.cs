using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// A few threads of lower priority than the rest of the process: a request of a signed-in person needs the CPU for a tenth of a
/// millisecond, while a hash occupies it for twenty.
/// </summary>
internal sealed class LowPriorityTaskScheduler : TaskScheduler, IDisposable
{
    private const int Nice = 10;

    private readonly BlockingCollection<Task> _tasks = [];

    public LowPriorityTaskScheduler(int count)
    {
        for (var index = 0; index < count; index++)
        {
            new Thread(Work) { IsBackground = true, Name = "background work" }.Start();
        }
    }

    public void Dispose() => _tasks.CompleteAdding();

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    protected override void QueueTask(Task task) => _tasks.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    private void Work()
    {
        // Only on Linux, where the runtime does not set thread priorities; 0 means the calling thread.
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(which: 0, who: 0, Nice);
        }

        foreach (var task in _tasks.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }

    [DllImport("libc", EntryPoint = "setpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);
}
