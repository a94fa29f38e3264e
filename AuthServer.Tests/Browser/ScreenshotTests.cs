using AuthServer.Accounts.Identity;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Mail;
using AuthServer.Tests.Pages;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>The pictures in docs/images: written only with UPDATE_SNAPSHOTS=1, because other machines have other fonts.</summary>
public sealed class ScreenshotTests(PagesServer server, Chromium chromium) : IClassFixture<PagesServer>, IClassFixture<Chromium>
{
    private const int MostBytes = 42 * 1024;

    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "images");
    private static readonly bool IsUpdate = Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1";

    [Theory]
    [InlineData("reset", "en", ColorScheme.Light)]
    [InlineData("verify", "he", ColorScheme.Dark)]
    [InlineData("new-device", "he", ColorScheme.Light)]
    public async Task The_documents_show_a_mail_as_a_phone_does(string mail, string language, ColorScheme scheme)
    {
        await using var tab = await OpenAsync(scheme);
        await tab.Page.SetContentAsync((await Mails.PrintAsync(mail, language)).Html);

        await KeepAsync(tab.Page, $"mail-{mail}-{language}-{scheme.ToString().ToLowerInvariant()}");
    }

    [Theory]
    [InlineData("reset-password", "en", ColorScheme.Light, EmailTokens.ResetPassword)]
    [InlineData("confirm-email", "he", ColorScheme.Dark, EmailTokens.ConfirmEmail)]
    [InlineData("link-too-old", "en", ColorScheme.Dark, null)]
    public async Task The_documents_show_a_page_as_a_phone_does(string page, string language, ColorScheme scheme, string? use)
    {
        var token = use is null ? "old" : await server.MakeTokenAsync(await server.Api.RegisterAsync(), use);
        await using var tab = await OpenAsync(scheme);
        await tab.Page.GotoAsync(
            new Uri(
                server.Api.Http.BaseAddress!,
                $"/account/{(use is null ? "reset-password" : page)}?lang={language}&token={token}").ToString());
        if (page == "reset-password")
        {
            await tab.Page.Locator("#new_password").FillAsync("dana levi");
            await tab.Page.Locator("button[type=submit]").ClickAsync();
        }

        await KeepAsync(tab.Page, $"page-{page}-{language}-{scheme.ToString().ToLowerInvariant()}");
    }

    private static async Task KeepAsync(IPage page, string name)
    {
        var path = Path.Combine(Folder, $"{name}.png");
        if (IsUpdate)
        {
            await page.ScreenshotAsync(new() { Path = path, FullPage = true });
        }

        new FileInfo(path).Length.Should().BeInRange(1, MostBytes);
    }

    private Task<Tab> OpenAsync(ColorScheme scheme) =>
        chromium.OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 320 }, ColorScheme = scheme });
}
