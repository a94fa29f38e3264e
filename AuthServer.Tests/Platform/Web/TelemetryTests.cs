using System.Collections.Concurrent;
using System.Text;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace AuthServer.Tests.Platform.Web;

public sealed class TelemetryTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _received = new();
    private readonly WebApplication _collector = WebApplication.CreateSlimBuilder().Build();

    // The names and values in OTLP messages are readable text.
    private string Received => string.Concat(_received);

    public Task InitializeAsync()
    {
        _collector.MapPost("/v1/metrics", ReceiveAsync);
        _collector.Urls.Add("http://127.0.0.1:0");
        return _collector.StartAsync();
    }

    public Task DisposeAsync() => _collector.DisposeAsync().AsTask();

    [Fact]
    public async Task A_collector_is_sent_what_the_meters_count_and_neither_an_address_nor_a_connection_string()
    {
        // Its own database: another server on it might send the mail and count it.
        await using var database = await TestDatabase.CreateAsync();
        await using var sending = await ServerProgram.ServeAsync(Environment(database));

        var person = await sending.Api.RegisterAsync();

        string[] names = [
            "authserver.mail.outcomes", "AuthServer.Credentials", "http.server.request.duration", "db.client", "dotnet.gc",
            "a name of ours"];
        await Eventually.TrueAsync(() => names.All(name => Received.Contains(name, StringComparison.Ordinal)), "all have arrived");
        Received.Should().NotContainAny(person.Email, "Username=");
    }

    [Fact]
    public void Without_a_collector_nothing_is_collected() => server.Services.GetService<MeterProvider>().Should().BeNull();

    // The collector also stands in for the breach service: its useless response is counted as well.
    private Dictionary<string, string?> Environment(TestDatabase database) =>
        new(ServerProgram.GoodEnvironment(database.ServerConnection), StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_SERVICE_NAME"] = "a name of ours",
            ["Password__BreachCheckUrl"] = _collector.Urls.Single() + "/range/",
        };

    private async Task ReceiveAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _received.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
    }
}
