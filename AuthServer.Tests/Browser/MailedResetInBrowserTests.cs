using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Mail;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>A password reset from the request to the new sign-in: the mail over SMTP, the link in a browser.</summary>
public sealed class MailedResetInBrowserTests(MailingServer server, Chromium chromium)
    : IClassFixture<MailingServer>, IClassFixture<Chromium>
{
    private const string NewPassword = "seven quiet green rivers";

    [Theory]
    [InlineData("en-GB,en;q=0.8", "New password", "Your password is set")]
    [InlineData("he-IL", "סיסמה חדשה", null)]
    public async Task A_forgotten_password_is_replaced_by_way_of_the_mailbox(string language, string label, string? done)
    {
        var person = await server.Api.RegisterAsync();
        await (await server.Api.PostAsync(
            "auth/password/reset/request", new { email = person.Email },
            adjust: request => request.Headers.TryAddWithoutValidation("Accept-Language", language))).ShouldBeAsync(202);
        await Eventually.TrueAsync(
            () => Mails(person).Any(mail => mail.Parts[0].Text.Contains("/reset-password?", StringComparison.Ordinal)), "the mail");
        var text = Mails(person).Select(mail => mail.Parts[0].Text)
            .Single(text => text.Contains("/reset-password?", StringComparison.Ordinal));
        var link = new Uri(text.Split('\n', '\r').Single(line => line.Contains("/reset-password?", StringComparison.Ordinal)).Trim());

        await using var tab = await chromium.OpenAsync(new() { JavaScriptEnabled = false });
        // The link has the configured production address; the test server has another port.
        await tab.Page.GotoAsync(new Uri(server.Api.Http.BaseAddress!, link.PathAndQuery).ToString());
        await tab.Page.GetByLabel(label).FillAsync(NewPassword);
        await tab.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading)).ToBeVisibleAsync();
        if (done is not null)
        {
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync(done);
        }

        await server.Api.LoginAsync(person.Email, NewPassword);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(401);
        await Eventually.TrueAsync(
            () => Mails(person).Count() == 3, "address to be confirmed, link, and a word that the password was changed");
    }

    private IEnumerable<ReceivedMail> Mails(SignedIn person) =>
        server.Sink.Mails.Where(mail => mail.To.Contains(person.Email, StringComparer.Ordinal));
}
