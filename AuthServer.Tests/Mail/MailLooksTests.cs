using System.Text.RegularExpressions;
using AuthServer.Domain;
using AuthServer.Mail.Texts;

namespace AuthServer.Tests.Mail;

/// <summary>The form of mails: HTML that loads nothing, an equivalent text part, and nothing private on a locked screen.</summary>
public sealed partial class MailLooksTests
{
    public static TheoryData<string, string> All => Mails.InEachLanguage;

    [Theory]
    [MemberData(nameof(All))]
    [Trait("ASVS", "14.2.3")]
    public async Task A_mail_loads_nothing_from_anywhere_and_links_only_where_it_was_told_to(string name, string language)
    {
        var html = (await Mails.PrintAsync(name, language)).Html;

        html.Should().NotContainAny("<img", "<script", "<link", "<iframe", "src=", "url(", "@import", "background=");
        Addresses().Matches(html.Replace("&amp;", "&", StringComparison.Ordinal)).Select(match => match.Value)
            .Should().AllBe(Mails.Url).And.HaveCount(Mails.Content(name, language).Button is null ? 0 : 2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_mail_says_its_language_and_direction_on_the_document_and_on_what_webmail_keeps_of_it(string name, string language)
    {
        var mail = await Mails.PrintAsync(name, language);

        mail.Language.Should().Be(language);
        var direction = language == "he" ? "rtl" : "ltr";
        mail.Html.Should().StartWith("<!DOCTYPE html>").And.Contain($"<html lang=\"{language}\" dir=\"{direction}\">")
            .And.Contain($"<table role=\"presentation\" lang=\"{language}\" dir=\"{direction}\"");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_text_alternative_says_the_same_in_short_lines_with_the_link_on_a_line_of_its_own(string name, string language)
    {
        var content = Mails.Content(name, language);
        var text = (await Mails.PrintAsync(content)).Text;

        var lines = text.Split('\n');
        lines
            .Should()
            .OnlyContain(line => line.Length <= 72 || line == Mails.Url || line.Contains(": ")).And
            .NotContain(line => line.Contains('<') || line.Contains("&amp;"));
        lines.Count(line => line == Mails.Url).Should().Be(content.Button is null ? 0 : 1);
        var flowing = text.Replace('\n', ' ');
        flowing.Should().ContainAll(content.Paragraphs);
        flowing.Should().ContainAll((content.Facts ?? []).Select(fact => fact.Value).Append(content.Footer ?? ""));
    }

    [Theory]
    [MemberData(nameof(All))]
    [Trait("ASVS", "14.2.6")]
    public async Task Subject_and_preview_tell_a_locked_screen_neither_who_sends_nor_what_people_wrote(string name, string language)
    {
        var content = Mails.Content(name, language, appName: "Levi Fertility Clinic");
        var mail = await Mails.PrintAsync(content);

        foreach (var shown in new[] { mail.Subject, content.Subject, content.Preview })
        {
            shown
                .Should()
                .NotBeNullOrWhiteSpace().And
                .NotContainAny("Levi", "Clinic", "AuthServer", Mails.Address, "phone", "Chrome", "@", "http", "token", "CfDJ8");
            shown.Length.Should().BeLessThanOrEqualTo(60, "phones cut what is longer");
        }

        mail.Text.Replace('\n', ' ').Should().Contain("Levi Fertility Clinic");
    }

    // Mail lists show the preview and continue with the text, unless filler follows.
    [Fact]
    [Trait("ASVS", "14.2.6")]
    public async Task The_preview_is_hidden_and_long_enough_that_no_text_shows_behind_it()
    {
        var html = (await Mails.PrintAsync("verify", "en")).Html;

        var preview = Preview().Match(html);
        preview.Groups["style"].Value.Should().Contain("display:none").And.Contain("mso-hide:all");
        preview.Groups["text"].Value.Should().StartWith("One step is left.").And.Match(text => text.Length > 200);
        html.IndexOf(preview.Value, StringComparison.Ordinal).Should().BeLessThan(html.IndexOf("Thank you", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("ASVS", "1.2.1")]
    public async Task What_comes_from_people_is_text_in_HTML_wherever_it_stands()
    {
        const string evil = "\"><script>alert(1)</script><img src=x onerror='x'>&amp;";
        var content =
            new MailContent("en", evil, evil, [evil], new(evil, "https://example.com/?a=1&b=\"><script>"), [new(evil, evil)], evil);

        var html = (await Mails.PrintAsync(content)).Html;

        html.Should().NotContain("<script").And.NotContain("<img").And.Contain("&lt;script&gt;").And.Contain("&amp;amp;");
        html.Should().Contain("href=\"https://example.com/?a=1&amp;b=&quot;&gt;&lt;script&gt;\"");
    }

    // An attacker who guessed a password chooses the device name, and our mail carries it to the owner.
    [Theory]
    [InlineData("https://evil.example/login now", "https evil example login now")]
    [InlineData("Call 1-800 or see WWW.EVIL.EXAMPLE", "Call 1-800 or see WWW EVIL EXAMPLE")]
    [InlineData("help@evil.example\r\nBcc: all@example.com", "help evil example Bcc all example com")]
    [InlineData("\u202Egnp.exe<b>\u2066", "gnp exe b")]
    [InlineData(Mails.UserAgent, "Chrome, Linux")]
    [InlineData(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 "
            + "Safari/604.1",
        "Safari, iPhone")]
    [InlineData(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        "Edge, Windows")]
    [InlineData("Refund: see win9.shop/claim", "Refund see win9 shop claim")]
    [InlineData("TeleApp/3.2.1 (Android 15)", "TeleApp 3.2.1 (Android 15)")]
    [InlineData("הטלפון של דנה", "הטלפון של דנה")]
    [InlineData(" \u0000 ", "unknown")]
    [InlineData(null, "unknown")]
    [Trait("ASVS", "1.3.3")]
    public void The_name_of_a_device_can_be_no_link_and_no_line_of_its_own(string? device, string shown) =>
        MailTexts.For("en").NewDevice(device, new(Mails.At), Mails.Address, Mails.Url).Facts!
            .Single(fact => fact.Label == "Device").Value
            .Should()
            .Be(shown);

    [Fact]
    [Trait("ASVS", "14.2.6")]
    public async Task A_new_address_is_masked_in_the_mails_that_tell_the_old_one()
    {
        foreach (var (name, language) in new[] { ("email-changed", "en"), ("email-change-requested", "he") })
        {
            var mail = await Mails.PrintAsync(name, language);
            (mail.Html + mail.Text).Should().NotContainAny("new.address", "somebody.with").And.Contain("•••@");
        }
    }

    [Theory]
    [InlineData("dana@example.com", "d•••@example.com")]
    [InlineData("d@example.com", "•••@example.com")]
    [InlineData("no address", "•••")]
    [Trait("ASVS", "14.2.6")]
    public void A_masked_address_keeps_the_first_of_several_letters_and_the_domain(string address, string masked) =>
        EmailAddress.Mask(address).Should().Be(masked);

    [Theory]
    [InlineData("he", "he")]
    [InlineData("he-IL", "he")]
    [InlineData("HE_il", "he")]
    [InlineData("iw", "he")]
    [InlineData("iw-IL", "he")]
    [InlineData("en-GB", "en")]
    [InlineData("hei", "en")]
    [InlineData("fr", "en")]
    [InlineData("", "en")]
    [InlineData(null, "en")]
    public void A_mail_is_in_Hebrew_for_those_who_read_Hebrew_and_else_in_English(string? locale, string language) =>
        MailTexts.For(locale).ResetPassword(Mails.Url, TimeSpan.FromHours(1)).Language.Should().Be(language);

    [Theory]
    [InlineData("en", 30, "The link works once, for 30 minutes.")]
    [InlineData("en", 60, "The link works once, for 1 hour.")]
    [InlineData("en", 90, "The link works once, for 90 minutes.")]
    [InlineData("en", 1440, "The link works once, for 24 hours.")]
    [InlineData("en", 4320, "The link works once, for 3 days.")]
    [InlineData("he", 60, "הקישור פועל פעם אחת, למשך שעה אחת.")]
    [InlineData("he", 120, "הקישור פועל פעם אחת, למשך שעתיים.")]
    [InlineData("he", 1440, "הקישור פועל פעם אחת, למשך 24 שעות.")]
    [InlineData("he", 2880, "הקישור פועל פעם אחת, למשך יומיים.")]
    public void How_long_a_link_works_is_said_in_words(string language, int minutes, string words) =>
        MailTexts.For(language).Invitation(Mails.Url, TimeSpan.FromMinutes(minutes)).Paragraphs[^1].Should().Be(words);

    [Theory]
    [InlineData("en", "21 November 2026, 05:04 UTC")]
    [InlineData("he", "21 בנובמבר 2026, 05:04 (UTC)")]
    public void Times_are_in_UTC_and_say_so(string language, string time) =>
        MailTexts.For(language).PasswordChanged(Mails.At, Mails.Address, Mails.Url).Facts![0].Value.Should().Be(time);

    [Fact]
    public async Task Hebrew_is_written_as_letters_and_a_mail_stays_small()
    {
        foreach (var name in Mails.Names)
        {
            var html = (await Mails.PrintAsync(name, "he")).Html;
            html.Should().NotContain("&#x5D");
            // Gmail truncates mails at 102 KB.
            html.Length.Should().BeLessThan(12_000);
        }
    }

    [GeneratedRegex("""https?://[^"<\s]+""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Addresses();

    [GeneratedRegex(
        """<div style="(?<style>[^"]*)" aria-hidden="true">(?<text>[^<]*)</div>""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Preview();
}
