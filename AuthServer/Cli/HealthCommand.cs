using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>
/// <c>healthcheck</c>: asks the server in the same container. It needs no configuration but the port, so a fault elsewhere is for
/// the server to tell.
/// </summary>
internal static class HealthCommand
{
    public static readonly string[] Examples = ["healthcheck"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static Command Make() => new("healthcheck", "Ask the server in this container whether it is ready; for HEALTHCHECK");

    public static async Task<int> RunAsync(IHttpClientFactory clients, ConfigurationManager configuration)
    {
        try
        {
            using var client = clients.CreateClient();
            client.Timeout = Patience;
            var port = configuration["urls"] is { Length: > 0 } urls ? $"{BindingAddress.Parse(urls.Split(';')[0]).Port}" : (configuration["HTTP_PORTS"] ?? "8080").Split(';')[0];
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
            return answer.IsSuccessStatusCode ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or FormatException)
        {
            return ExitCode.Failed;
        }
    }
}
