using AuthServer.Tests.Mail;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>Mails as a phone shows them: 320 pixels wide, in light and dark mode, left-to-right and right-to-left.</summary>
public sealed class MailsInBrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    public static TheoryData<string, ColorScheme> Looks => new()
    {
        { "en", ColorScheme.Light },
        { "en", ColorScheme.Dark },
        { "he", ColorScheme.Light },
        { "he", ColorScheme.Dark },
    };

    // Makes sure that the measurements find something.
    [Fact]
    public async Task What_is_too_wide_or_too_faint_is_found()
    {
        await using var tab = await chromium.OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 640 } });
        await tab.Page.SetContentAsync(
            "<body style='margin:0;background:#fff'><p style='width:330px;color:#777'>just too faint</p><p style='color:#767676'>just "
                + "enough</p>");

        (await Browser.Looks.OverflowAsync(tab.Page)).Should().Be(10);
        (await Browser.Looks.FaintAsync(tab.Page)).Should().ContainSingle().Which.Should().StartWith("just too faint");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_mail_fits_a_narrow_screen_can_be_read_and_loads_nothing(string language, ColorScheme scheme)
    {
        await using var tab =
            await chromium.OpenAsync(
                new() { ViewportSize = new() { Width = 320, Height = 640 }, ColorScheme = scheme, JavaScriptEnabled = true });
        foreach (var name in Mails.Names)
        {
            await tab.Page.SetContentAsync((await Mails.PrintAsync(name, language, "A Practice With Quite a Long Name")).Html);

            (await Browser.Looks.OverflowAsync(tab.Page)).Should().Be(0, name);
            (await Browser.Looks.FaintAsync(tab.Page)).Should().BeEmpty(name);
        }

        (tab.Complaints, tab.Requests).Should().BeEquivalentTo((Array.Empty<string>(), Array.Empty<string>()));
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Lines_begin_where_the_language_begins_them_and_addresses_run_from_left_to_right(string language, ColorScheme scheme)
    {
        await using var tab = await chromium.OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 640 }, ColorScheme = scheme });
        await tab.Page.SetContentAsync((await Mails.PrintAsync("reset", language)).Html);

        var side = language == "he" ? "right" : "left";
        (await tab.Page.Locator("h1").EvaluateAsync<string>("element => getComputedStyle(element).textAlign")).Should().Be(side);
        (await tab.Page.GetByText("https://").EvaluateAsync<string>("element => getComputedStyle(element).direction")).Should().Be("ltr");
    }

    [Fact]
    public async Task The_button_is_as_large_as_a_thumb_and_leads_where_the_address_below_it_says()
    {
        await using var tab = await chromium.OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 640 } });
        await tab.Page.SetContentAsync((await Mails.PrintAsync("verify", "en")).Html);
        var button = tab.Page.GetByRole(AriaRole.Link);

        (await button.BoundingBoxAsync())!.Height.Should().BeGreaterThanOrEqualTo(44);
        (await button.GetAttributeAsync("href")).Should().Be(Mails.Url);
        await Assertions.Expect(tab.Page.GetByText(Mails.Url)).ToBeVisibleAsync();
    }
}
