using System.Collections.Concurrent;
using AuthServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>The docs page as a person sees it: its policy is only as good as a browser that obeys it, and still shows the page.</summary>
public sealed class DocsPageInBrowserTests(TestServer server) : IClassFixture<TestServer>
{
    // As root in a container there is no sandbox; the rest keeps Chromium from calling home.
    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    [Fact]
    [Trait("ASVS", "3.4.3")]
    public async Task The_page_shows_the_operations_without_an_error_and_without_another_origin()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = FindChromium(), Args = Quiet });
        var page = await browser.NewPageAsync();
        var (complaints, requests) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        page.Console += (_, message) => Note(complaints, message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Request += (_, request) => Note(requests, !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal), request.Url);

        await page.GotoAsync(new Uri(server.Api.Http.BaseAddress!, "/docs").ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });

        await page.GetByRole(AriaRole.Link, new() { Name = "Registration" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Make an account and sign it in" }).First).ToBeVisibleAsync();
        complaints.Should().BeEmpty();
        requests.Should().Contain(url => url.EndsWith("/openapi/v1.json")).And.OnlyContain(url => url.StartsWith(server.Api.Http.BaseAddress!.ToString()));
    }

    private static void Note(ConcurrentQueue<string> notes, bool isOfInterest, string text)
    {
        if (isOfInterest)
        {
            notes.Enqueue(text);
        }
    }

    private static string FindChromium()
    {
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        return Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is needed for this test: install it, or run the tests with eng/test, which does.");
    }
}
