namespace AuthServer.Tests.Infrastructure;

/// <summary>A server whose time stands still until a test moves it.</summary>
public class StoppedServer : TestServer
{
    public StoppedServer() => Clock.Stop();
}

/// <summary>Two servers on one database.</summary>
public sealed class TwoServers : TestServer
{
    /// <summary>The second one.</summary>
    public Api Other { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Other = StartReplica();
    }
}
