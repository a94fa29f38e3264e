using System.Diagnostics;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Platform.Web;

public sealed class DrainingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_server_that_is_to_stop_sends_load_balancers_away_and_goes_on_answering()
    {
        var person = await server.Api.RegisterAsync();
        var draining = server.Services.GetRequiredService<Draining>();

        var since = Stopwatch.GetTimestamp();
        var stopping = draining.StoppingAsync(default);

        var ready = await server.Api.GetAsync("/health/ready");
        (await ready.ShouldBeAsync(503))["checks"]!["stopping"]!["status"]!.GetValue<string>().Should().Be("unhealthy");
        (await server.Api.GetAsync("/health/live")).StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
        var refreshed = await server.Api.RefreshAsync(person.RefreshToken);
        await refreshed.ShouldBeAsync(200);
        refreshed.Headers.ConnectionClose.Should().BeTrue();
        await stopping;
        Stopwatch.GetElapsedTime(since).Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_server_that_nobody_asks_stops_at_once()
    {
        var since = Stopwatch.GetTimestamp();

        await new Draining().StoppingAsync(default);

        Stopwatch.GetElapsedTime(since).Should().BeLessThan(TimeSpan.FromMilliseconds(200));
    }
}
