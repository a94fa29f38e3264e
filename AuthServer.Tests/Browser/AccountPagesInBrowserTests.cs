using AuthServer.Accounts.Identity;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Pages;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>The pages that links in mails lead to, on a small phone, without scripts, without a mouse, in dark mode.</summary>
public sealed class AccountPagesInBrowserTests(PagesServer server, Chromium chromium) : IClassFixture<PagesServer>, IClassFixture<Chromium>
{
    private const string NewPassword = "seven quiet green rivers";

    [Fact]
    [Trait("ASVS", "3.7.1")]
    public async Task A_password_is_reset_without_scripts_and_without_a_complaint_from_the_policy()
    {
        var person = await server.Api.RegisterAsync();
        await using var tab = await chromium.OpenAsync(new() { JavaScriptEnabled = false, Locale = "en-GB" });
        await GoAsync(tab, $"/account/reset-password?token={await server.MakeTokenAsync(person, EmailTokens.ResetPassword)}");

        await tab.Page.GetByLabel("New password").FillAsync("too short");
        await tab.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Too short: at least 12 characters are needed.");
        await tab.Page.GetByLabel("New password").FillAsync(NewPassword);
        await tab.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Your password is set");
        tab.Page.Url.Should().EndWith("/account/reset-password/done?lang=en", "the token is gone from the address");
        (await tab.Page.ReloadAsync())!.Status.Should().Be(200);
        await server.Api.LoginAsync(person.Email, NewPassword);
        Complaints(tab).Should().BeEmpty();
        tab.Requests.Should().OnlyContain(url => url.StartsWith(server.Api.Http.BaseAddress!.ToString()));
    }

    [Fact]
    public async Task A_password_can_be_shown_while_it_is_typed_and_is_sent_as_a_password()
    {
        var person = await server.Api.RegisterAsync();
        await using var tab = await chromium.OpenAsync(new() { Locale = "en-GB" });
        await GoAsync(tab, $"/account/reset-password?token={await server.MakeTokenAsync(person, EmailTokens.ResetPassword)}");

        await tab.Page.GetByLabel("New password").FillAsync(NewPassword);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show password" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#new_password")).ToHaveAttributeAsync("type", "text");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Hide password" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#new_password")).ToHaveAttributeAsync("type", "password");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Your password is set");
        Complaints(tab).Should().BeEmpty();
    }

    [Fact]
    public async Task Who_does_not_know_the_password_unfolds_the_other_way_by_keyboard()
    {
        var person = await server.Api.RegisterAsync();
        await using var tab = await chromium.OpenAsync(new() { JavaScriptEnabled = false, Locale = "he-IL" });
        await GoAsync(tab, $"/account/confirm-email?token={await server.MakeTokenAsync(person, EmailTokens.ConfirmEmail)}");
        await Assertions.Expect(tab.Page.Locator("#password")).ToBeFocusedAsync();
        await Assertions.Expect(tab.Page.Locator("#new_password")).ToBeHiddenAsync();

        foreach (var key in new[] { "Tab", "Tab", "Enter", "Tab", "Tab" })
        {
            await tab.Page.Keyboard.PressAsync(key);
        }

        await Assertions.Expect(tab.Page.Locator("#new_password")).ToBeFocusedAsync();
        await tab.Page.Keyboard.TypeAsync(NewPassword);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("הכתובת אושרה");
        await server.Api.LoginAsync(person.Email, NewPassword);
    }

    [Theory]
    [InlineData("en", ColorScheme.Light)]
    [InlineData("en", ColorScheme.Dark)]
    [InlineData("he", ColorScheme.Light)]
    [InlineData("he", ColorScheme.Dark)]
    public async Task Every_page_fits_a_narrow_screen_and_can_be_read(string language, ColorScheme scheme)
    {
        await using var tab = await chromium.OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 640 }, ColorScheme = scheme });
        foreach (var path in await PathsAsync())
        {
            await GoAsync(tab, $"{path}lang={language}");
            if (await tab.Page.Locator("summary").CountAsync() > 0)
            {
                await tab.Page.Locator("summary").ClickAsync();
            }

            (await Looks.OverflowAsync(tab.Page)).Should().Be(0, path);
            (await Looks.FaintAsync(tab.Page)).Should().BeEmpty(path);
        }

        // Also with an error shown.
        await GoAsync(tab, $"/account/forgotten-password?lang={language}");
        await tab.Page.Locator("input[type=email]").FillAsync("name@nowhere");
        await tab.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        (await Looks.FaintAsync(tab.Page)).Should().BeEmpty();
        Complaints(tab).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "6.2.6")]
    public async Task Every_field_has_a_label_a_place_for_the_password_manager_and_lets_one_paste()
    {
        await using var tab = await chromium.OpenAsync(new() { Locale = "en-GB", Permissions = ["clipboard-read", "clipboard-write"] });
        var seen = new List<string>();
        foreach (var path in await PathsAsync())
        {
            await GoAsync(tab, path);
            foreach (var input in await tab.Page.Locator("input:not([type=hidden])").AllAsync())
            {
                var id = await input.GetAttributeAsync("id");
                (await tab.Page.Locator($"label[for={id}]").TextContentAsync()).Should().NotBeNullOrWhiteSpace();
                foreach (var described in (await input.GetAttributeAsync("aria-describedby"))?.Split(' ') ?? [])
                {
                    (await tab.Page.Locator($"#{described}").CountAsync()).Should().Be(1);
                }

                (await input.GetAttributeAsync("maxlength")).Should().BeNull("what is pasted must not be cut");
                seen.Add($"{id} {await input.GetAttributeAsync("type")} {await input.GetAttributeAsync("autocomplete")}");
            }

            (await tab.Page.Locator("h1").CountAsync()).Should().Be(1);
            (await tab.Page.Locator("main").CountAsync()).Should().Be(1);
            (await tab.Page.Locator("[autofocus]").CountAsync()).Should().BeLessThanOrEqualTo(1);
            (await tab.Page.TitleAsync()).Should().NotBeNullOrWhiteSpace();
        }

        seen
            .Distinct(StringComparer.Ordinal)
            .Should()
            .BeEquivalentTo(
                "new_password password new-password", "password password current-password", "email email email", "username email username",
                "account email username");
        await GoAsync(tab, (await PathsAsync())[0]);
        await tab.Page.EvaluateAsync("text => navigator.clipboard.writeText(text)", NewPassword);
        await tab.Page.Locator("#new_password").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Control+V");
        (await tab.Page.Locator("#new_password").InputValueAsync()).Should().Be(NewPassword);
    }

    [Fact]
    public async Task What_has_the_focus_can_be_seen_and_is_first_what_is_to_be_filled_in()
    {
        await using var tab = await chromium.OpenAsync();
        foreach (var path in (await PathsAsync()).Take(4))
        {
            await GoAsync(tab, path);

            var focused = tab.Page.Locator(":focus");
            // The browser sets the focus asynchronously.
            await Assertions.Expect(focused).ToHaveCountAsync(1);
            (await focused.EvaluateAsync<string>(
                "element => getComputedStyle(element).outlineStyle + ' ' + getComputedStyle(element).outlineWidth")).Should()
                    .Be("solid 3px");
        }
    }

    // Chromium also reports 4xx responses on the console.
    private static IEnumerable<string> Complaints(Tab tab) =>
        tab.Complaints.Where(
            complaint =>
                !complaint.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal));

    private Task<IResponse?> GoAsync(Tab tab, string path) => tab.Page.GotoAsync(new Uri(server.Api.Http.BaseAddress!, path).ToString());

    private async Task<List<string>> PathsAsync()
    {
        var person = await server.Api.RegisterAsync();
        var paths = new List<string>
        {
            $"/account/reset-password?token={await server.MakeTokenAsync(person, EmailTokens.ResetPassword)}&",
            $"/account/invitation?token={await server.MakeTokenAsync(person, EmailTokens.Invitation)}&",
            $"/account/confirm-email?token={await server.MakeTokenAsync(person, EmailTokens.ConfirmEmail)}&",
            $"/account/confirm-new-email?token={await server.MakeTokenAsync(person, EmailTokens.ChangeEmail, Api.NewEmail())}&",
        };
        paths.AddRange(
            [
                "/account/forgotten-password?", "/account/new-confirmation?", "/account/reset-password?token=old&",
                "/account/confirm-new-email?token=old&"]);
        paths.AddRange(
            [
                "/account/reset-password/done?", "/account/invitation/done?", "/account/confirm-email/done?",
                "/account/confirm-new-email/done?", "/account/nowhere?"]);
        return paths;
    }
}
