using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>
/// <c>healthcheck</c>: queries the server in the same container. It reads only the port from the configuration; other mistakes are
/// for the server to report.
/// </summary>
internal static class HealthCommand
{
    public static readonly string[] Examples = ["healthcheck"];

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    public static Command Make() => new("healthcheck", "Ask the server in this container whether it is ready; for HEALTHCHECK");

    public static async Task<int> RunAsync(IHttpClientFactory clients, ConfigurationManager configuration, Output output)
    {
        if (await FaultAsync(clients, configuration) is not { } fault)
        {
            return ExitCode.Done;
        }

        output.Fail(fault, "not_ready");
        return ExitCode.Failed;
    }

    private static async Task<string?> FaultAsync(IHttpClientFactory clients, ConfigurationManager configuration)
    {
        if (FindUrl(configuration) is not { } url)
        {
            return "No request was sent: ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS cannot be read.";
        }

        try
        {
            using var client = clients.CreateClient();
            client.Timeout = Timeout;
            using var answer = await client.GetAsync(url);
            return answer.IsSuccessStatusCode
                ? null
                : $"{url} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}";
        }
        catch (HttpRequestException exception)
        {
            return $"{url} does not answer: {exception.Message}";
        }
        catch (OperationCanceledException)
        {
            return $"{url} does not answer within {Timeout.TotalSeconds} seconds.";
        }
    }

    private static Uri? FindUrl(ConfigurationManager configuration)
    {
        try
        {
            var port = configuration["urls"] is { Length: > 0 } urls
                ? $"{BindingAddress.Parse(urls.Split(';')[0]).Port}"
                : (configuration["HTTP_PORTS"] ?? "8080").Split(';')[0];
            return Uri.TryCreate($"http://127.0.0.1:{port}/health/ready", UriKind.Absolute, out var url) ? url : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
