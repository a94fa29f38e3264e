using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// A few threads for work that can wait, behind the rest of the process in the eyes of the scheduler: whoever is signed in
/// needs the processor for a tenth of a millisecond, and a hash would keep it for twenty.
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
        // Linux only, where the runtime leaves a thread's priority as it is; there 0 means the calling thread.
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
