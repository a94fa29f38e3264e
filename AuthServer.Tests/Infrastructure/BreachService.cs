using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A service with the interface of Have I Been Pwned, on a real port, whose responses a test chooses.</summary>
public sealed class BreachService : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _asked = new();
    private WebApplication? _app;

    public string Url => _app!.Urls.Single() + "/range/";

    /// <summary>Path and Add-Padding header of each request.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public Func<HttpContext, Task> Answer { get; set; } = RowsAsync();

    /// <summary>Rows in the service's format.</summary>
    public static Func<HttpContext, Task> RowsAsync(params string[] rows) =>
        context => context.Response.WriteAsync(string.Join("\r\n", rows));

    /// <summary>Never ends until the client gives up.</summary>
    public static async Task HangAsync(HttpContext context)
    {
        await context.Response.WriteAsync("0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n");
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context =>
        {
            _asked.Enqueue($"{context.Request.Path} {context.Request.Headers["Add-Padding"]}");
            return Answer(context);
        });
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
