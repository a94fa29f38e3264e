namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// A server behind a proxy that computes one hash at a time, each at ten times the real cost, so that requests overlap.
/// </summary>
public abstract class SlowHashServer : ProxiedServer
{
    /// <param name="waiting">How many hashes may wait.</param>
    protected SlowHashServer(int waiting)
    {
        Settings["Password:ConcurrentHashes"] = "1";
        Settings["Password:QueuedPerHash"] = waiting.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Settings["Password:Argon2MemoryMiB"] = "48";
        Settings["Password:Argon2Passes"] = "8";
    }

    protected override bool HashesAreCheap => false;
}
