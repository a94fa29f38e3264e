namespace AuthServer.Tests.Infrastructure;

/// <summary>A server whose clock stands still until a test advances it.</summary>
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

/// <summary>A server that a test starts itself, after changing the settings.</summary>
public sealed class StartedServer(string environment) : TestServer, IAsyncDisposable
{
    protected override string EnvironmentName => environment;

    public static async Task<StartedServer> StartAsync(
        string environment = "Production", Action<IDictionary<string, string>>? adjust = null)
    {
        var server = new StartedServer(environment);
        adjust?.Invoke(server.Settings);
        await server.InitializeAsync();
        return server;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
