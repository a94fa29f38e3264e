using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>Debian's Chromium, headless, without connections to its vendor.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // There is no sandbox for root in a container; the other options stop Chromium's background requests.
    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Find(), Args = Quiet });
    }

    /// <summary>Opens a tab with a fresh profile.</summary>
    public async Task<Tab> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(options ?? new());
        return new(context, await context.NewPageAsync());
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string Find()
    {
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        return Environment.GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "Chromium is needed for this test: install it, or run the tests with eng/test, which does.");
    }
}

/// <summary>A page with its console and network activity.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    internal Tab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(_complaints, message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (
            _, request) =>
                Note(
                    _requests,
                    !request.Url.StartsWith("data:", StringComparison.Ordinal)
                        && !request.Url.StartsWith("blob:", StringComparison.Ordinal),
                    request.Url);
    }

    public IPage Page { get; }

    /// <summary>Console errors and warnings, for example about policy violations.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The URLs loaded.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private static void Note(ConcurrentQueue<string> notes, bool isOfInterest, string text)
    {
        if (isOfInterest)
        {
            notes.Enqueue(text);
        }
    }
}
