using System.Text;
using AuthServer.Accounts.Identity;

namespace AuthServer.Tests.Pages;

/// <summary>The headers of every page, and forms submitted from other sites, which have no effect.</summary>
public sealed class PageAnswerTests(PagesServer server) : IClassFixture<PagesServer>
{
    private const string Form = "/account/forgotten-password";

    [Theory]
    [InlineData(Form, 200)]
    [InlineData("/account/reset-password/done", 200)]
    [InlineData("/account/reset-password?token=old", 410)]
    [InlineData("/account/nowhere", 404)]
    [Trait("ASVS", "3.4.3")]
    public async Task A_page_loads_nothing_is_framed_by_nobody_is_not_kept_and_tells_nobody_its_address(string path, int status)
    {
        using var visitor = server.Visit();
        var (seen, again) = (await visitor.GetAsync(path), await visitor.GetAsync(path));

        seen.Status.Should().Be(status);
        seen.Header("Content-Type").Should().Be("text/html; charset=utf-8");
        seen
            .Header("Content-Security-Policy")
            .Should()
            .MatchRegex(
                "^default-src 'none'; style-src '(nonce-[A-Za-z0-9+/=]{24})'; script-src '\\1'; form-action 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'$")
            .And.NotBe(again.Header("Content-Security-Policy"));
        seen.Header("Referrer-Policy").Should().Be("no-referrer");
        seen.Header("Cache-Control").Should().Be("no-store");
        seen.Header("X-Robots-Tag").Should().Be("noindex, nofollow");
        seen.Header("X-Frame-Options").Should().Be("DENY");
        seen.Html.Should().StartWith("<!DOCTYPE html>").And
            .NotContainAny("<script>", "src=", "http:", "https:", "style=\"", "<img", "<link");
    }

    [Fact]
    [Trait("ASVS", "3.5.1")]
    public async Task A_form_that_no_page_of_ours_gave_this_browser_changes_nothing_and_comes_back_to_be_sent_again()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(person, EmailTokens.ResetPassword);
        using var stranger = server.Visit();
        var theirs = await stranger.GetAsync($"/account/reset-password?token={token}");
        using var visitor = server.Visit();

        var answers = new[]
        {
            await visitor.PostAsync("/account/reset-password", ("token", token), ("new_password", "seven quiet green rivers")),
            await visitor.SendAsync(theirs, 0, ("new_password", "seven quiet green rivers")),
        };

        answers.Should().OnlyContain(answer => answer.Status == 400 && answer.Html.Contains("role=\"alert\""));
        await server.Api.LoginAsync(person.Email);
        (await visitor.SendAsync(answers[1], 0, ("new_password", "seven quiet green rivers"))).Status.Should().Be(303);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "token=x")]
    [InlineData("multipart/form-data; boundary=x", "nonsense")]
    [InlineData("application/x-www-form-urlencoded", "token=%00&token=%00")]
    [InlineData("application/x-www-form-urlencoded", "\u0000=\u0000")]
    public async Task A_body_that_is_no_form_of_ours_is_refused_with_a_page(string type, string body)
    {
        foreach (var page in new[]
        {
            "reset-password",
            "invitation",
            "confirm-email",
            "confirm-new-email",
            "forgotten-password",
            "new-confirmation"
        })
        {
            using var content = new StringContent(body, Encoding.UTF8);
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
            var seen = await Seen.ReadAsync(await server.Api.Http.PostAsync($"/account/{page}", content));

            seen.Status.Should().Be(400);
            seen.Header("Content-Type").Should().Be("text/html; charset=utf-8");
        }
    }

    [Fact]
    public async Task What_goes_wrong_here_is_told_to_a_person_by_a_page_and_to_an_app_by_problem_details()
    {
        using var visitor = server.Visit();

        var (method, size) = (await visitor.PostAsync("/account/reset-password/done"),
            await visitor.PostAsync(Form, ("email", new string('x', 100_000))));
        (method.Status, size.Status).Should().Be((405, 413));
        new[] { method, size, await visitor.GetAsync("/account/") }.Should()
            .OnlyContain(seen => seen.Html.Contains("<h1>") && seen.Header("Content-Type").StartsWith("text/html"));
        (await visitor.GetAsync("/accounts")).Header("Content-Type").Should().Be("application/problem+json");
    }

    [Theory]
    [InlineData("he", null, "he")]
    [InlineData("iw-IL,en;q=0.5", null, "he")]
    [InlineData("fr-FR,he;q=0.4,en;q=0.3", null, "he")]
    [InlineData("fr-FR,he;q=0.4,en;q=0.8", null, "en")]
    [InlineData("he;q=0", null, "en")]
    [InlineData("*", null, "en")]
    [InlineData(";;,=", null, "en")]
    [InlineData(null, null, "en")]
    [InlineData("en", "he", "he")]
    [InlineData("he", "en-GB", "en")]
    [InlineData("he", "nonsense", "he")]
    public async Task A_page_speaks_the_language_of_the_mail_or_else_of_the_browser(string? browser, string? mail, string language)
    {
        using var visitor = server.Visit();

        var seen = await visitor.GetAsync(mail is null ? Form : $"{Form}?lang={mail}", browser);

        seen.Html
            .Should()
            .Contain($"<html lang=\"{language}\" dir=\"{(language == "he" ? "rtl" : "ltr")}\">").And
            .Contain($"action=\"{Form}?lang={language}\"");
        seen.Header("Content-Language").Should().Be(language);
    }

    [Fact]
    [Trait("ASVS", "3.3.4")]
    public async Task The_cookie_is_for_this_site_alone_and_out_of_reach_of_scripts()
    {
        using var visitor = server.Visit();

        (await visitor.GetAsync(Form)).Header("Set-Cookie").Should().MatchRegex("^account=[^;]+; path=/; samesite=lax; httponly$");
        (await visitor.GetAsync("/account/reset-password/done")).Header("Set-Cookie").Should().BeEmpty();
    }

    [Fact]
    public async Task The_Hebrew_pages_have_no_English_left_in_them()
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ResetPassword);
        var form = await visitor.GetAsync($"/account/reset-password?lang=he&token={token}");
        var seen =
            new List<Seen>
            {
                form,
                await visitor.GetAsync("/account/nowhere?lang=he"),
                await visitor.GetAsync("/account/confirm-new-email?lang=he")
            };
        foreach (var password in new[] { "", "short", new string('x', 200), person.Email })
        {
            seen.Add(await visitor.SendAsync(form, 0, ("new_password", password)));
        }

        seen.Should().AllSatisfy(page => page.Text.Should().NotMatchRegex("[A-Za-z]{2}"));
    }
}
