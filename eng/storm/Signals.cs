using System.Runtime.InteropServices;

namespace AuthServer.Storm;

/// <summary>Signals of POSIX that .NET can receive and not send; the numbers are the same on every Linux.</summary>
internal enum Signal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static class Signals
{
    /// <summary>Sends it; a process that is gone is passed over.</summary>
    public static void Send(int processId, Signal signal) => _ = SendSignal(processId, (int)signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
