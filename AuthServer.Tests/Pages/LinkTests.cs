using AuthServer.Accounts.Identity;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Pages;

/// <summary>The links in mails, used through their pages only.</summary>
public sealed class LinkTests(PagesServer server) : IClassFixture<PagesServer>
{
    private const string NewPassword = "seven quiet green rivers";

    [Theory]
    [InlineData("reset-password", EmailTokens.ResetPassword)]
    [InlineData("invitation", EmailTokens.Invitation)]
    [Trait("ASVS", "6.4.1")]
    public async Task A_link_sets_a_new_password_once_however_often_it_was_looked_at(string page, string use)
    {
        var person = await server.Api.RegisterAsync();
        var link = $"/account/{page}?token={await server.MakeTokenAsync(person, use)}";
        using var visitor = server.Visit();
        (await visitor.GetAsync(link)).Status.Should().Be(200);
        var form = await visitor.GetAsync(link);

        var sent = await visitor.SendAsync(form, 0, ("new_password", NewPassword));

        sent.Status.Should().Be(303);
        sent.Header("Location").Should().Be($"/account/{page}/done?lang=en");
        (await visitor.GetAsync(sent.Header("Location"))).Status.Should().Be(200);
        await server.Api.LoginAsync(person.Email, NewPassword);
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await visitor.SendAsync(form, 0, ("new_password", "another long phrase"))).Status.Should().Be(400);
        (await visitor.GetAsync(link)).Status.Should().Be(410);
    }

    [Fact]
    public async Task A_refused_password_leaves_the_link_good_and_is_explained_beside_the_field_and_not_shown_again()
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ResetPassword);
        var form = await visitor.GetAsync($"/account/reset-password?token={token}");

        foreach (var refused in new[] { "tiny<>", "", person.Email })
        {
            form = await visitor.SendAsync(form, 0, ("new_password", refused));

            form.Status.Should().Be(400);
            form.Html
                .Should()
                .Contain("id=\"new_password-fault\"").And
                .Contain("aria-describedby=\"new_password-fault new_password-hint\"").And
                .Contain("aria-invalid=\"true\"");
            form.Html.Should().NotContain("tiny").And.NotMatchRegex("id=\"new_password\"[^>]* value=");
        }

        (await visitor.SendAsync(form, 0, ("new_password", NewPassword))).Status.Should().Be(303);
    }

    [Fact]
    [Trait("ASVS", "6.4.1")]
    public async Task Who_registered_confirms_the_mailbox_with_the_password_chosen_then()
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();
        var form = await visitor.GetAsync($"/account/confirm-email?token={await server.MakeTokenAsync(person, EmailTokens.ConfirmEmail)}");

        (await visitor.SendAsync(form, 0, ("password", "not the password"))).Html.Should().Contain("id=\"password-fault\"");
        (await visitor.SendAsync(form, 0, ("password", ""))).Html.Should().Contain("id=\"password-fault\"");
        (await visitor.SendAsync(form, 0, ("password", "\uFFFF"))).Html.Should().Contain("id=\"password-fault\"");
        var sent = await visitor.SendAsync(form, 0, ("password", Api.Password));

        sent.Header("Location").Should().Be("/account/confirm-email/done?lang=en");
        (await server.Api.LoginAsync(person.Email)).User!["email_verified"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    [Trait("ASVS", "6.3.2")]
    public async Task Whose_address_somebody_else_registered_confirms_it_with_a_password_of_their_own()
    {
        var stranger = await server.Api.RegisterAsync();
        using var owner = server.Visit();
        var form = await owner.GetAsync($"/account/confirm-email?token={await server.MakeTokenAsync(stranger, EmailTokens.ConfirmEmail)}");

        var refused = await owner.SendAsync(form, 1, ("new_password", "short"));
        refused.Html.Should().Contain("<details open>").And.Contain("id=\"new_password-fault\"");
        (await owner.SendAsync(refused, 1, ("new_password", NewPassword))).Status.Should().Be(303);

        await (await server.Api.PostAsync("auth/login", new { email = stranger.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await (await server.Api.RefreshAsync(stranger.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await server.Api.LoginAsync(stranger.Email, NewPassword);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Guessing_at_the_password_of_a_link_locks_as_signing_in_does()
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();
        var form = await visitor.GetAsync($"/account/confirm-email?token={await server.MakeTokenAsync(person, EmailTokens.ConfirmEmail)}");
        for (var guess = 0; guess < 5; guess++)
        {
            (await visitor.SendAsync(form, 0, ("password", "not the password"))).Status.Should().Be(400);
        }

        var locked = await visitor.SendAsync(form, 0, ("password", Api.Password));

        locked.Status.Should().Be(429);
        locked.Header("Retry-After").Should().Be("300");
        locked.Html.Should().Contain("Try again in 5 minutes.").And.Contain("<form");
    }

    [Fact]
    public async Task A_confirmation_link_that_is_opened_again_says_that_the_address_is_confirmed_however_old_it_is()
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ConfirmEmail);
        var form = await visitor.GetAsync($"/account/confirm-email?token={token}");
        (await visitor.SendAsync(form, 0, ("password", Api.Password))).Status.Should().Be(303);

        var again = new[]
        {
            await visitor.GetAsync($"/account/confirm-email?token={token}"),
            await visitor.SendAsync(form, 0, ("password", Api.Password)),
            await visitor.SendAsync(form, 1, ("new_password", NewPassword)),
        };

        again.Should().OnlyContain(page => page.Status == 200 && page.Html.Contains("This link was used before"));
        await (await server.Api.PostAsync("auth/email/verification/confirm", new { token, password = Api.Password }))
            .ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        await server.Api.LoginAsync(person.Email);
    }

    [Fact]
    public async Task A_link_to_a_new_address_that_is_opened_again_says_that_the_address_is_confirmed_until_the_account_has_another()
    {
        var (person, address) = (await server.Api.RegisterAsync(), Api.NewEmail());
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ChangeEmail, address);
        var link = $"/account/confirm-new-email?token={token}";
        var form = await visitor.GetAsync(link);
        form.Html.Should().Contain($"value=\"{address}\"").And.NotContain(person.Email, "the mail may have gone to a stranger");
        await visitor.SendAsync(form, 0, ("password", Api.Password));

        (await visitor.GetAsync(link)).Status.Should().Be(200);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password }))
            .ShouldBeProblemAsync(ErrorCodes.AlreadyDone);

        var next = await server.MakeTokenAsync(person, EmailTokens.ChangeEmail, Api.NewEmail());
        await visitor.SendAsync(await visitor.GetAsync($"/account/confirm-new-email?token={next}"), 0, ("password", Api.Password));
        (await visitor.GetAsync(link)).Status.Should().Be(410);
    }

    [Fact]
    public async Task A_form_with_a_password_names_the_account_for_password_managers()
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();

        foreach (var (page, use) in new[] { ("reset-password", EmailTokens.ResetPassword), ("confirm-email", EmailTokens.ConfirmEmail) })
        {
            (await visitor.GetAsync($"/account/{page}?token={await server.MakeTokenAsync(person, use)}")).Html
                .Should()
                .Contain("autocomplete=\"username\"").And.Contain($"value=\"{person.Email}\" readonly");
        }
    }

    [Fact]
    public async Task A_new_address_is_confirmed_with_one_press()
    {
        var (person, address) = (await server.Api.RegisterAsync(), Api.NewEmail());
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ChangeEmail, address);
        var form = await visitor.GetAsync($"/account/confirm-new-email?token={token}");

        (await visitor.SendAsync(form, 0, ("password", "somebody elses password"))).Status.Should().Be(400);
        (await visitor.SendAsync(form, 0, ("password", Api.Password)))
            .Header("Location")
            .Should()
            .Be("/account/confirm-new-email/done?lang=en");

        await server.Api.LoginAsync(address);
    }

    [Fact]
    public async Task A_new_address_that_was_taken_meanwhile_is_told_to_be_so_and_the_old_one_stays()
    {
        var (person, address) = (await server.Api.RegisterAsync(), Api.NewEmail());
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ChangeEmail, address);
        var form = await visitor.GetAsync($"/account/confirm-new-email?token={token}");
        await server.Api.RegisterAsync(address);

        (await visitor.SendAsync(form, 0, ("password", Api.Password))).Status.Should().Be(409);

        await server.Api.LoginAsync(person.Email);
    }

    [Theory]
    [InlineData("reset-password")]
    [InlineData("invitation")]
    [InlineData("confirm-email")]
    [InlineData("confirm-new-email")]
    public async Task A_link_for_something_else_is_told_from_a_forged_one_by_nothing(string page)
    {
        var person = await server.Api.RegisterAsync();
        using var visitor = server.Visit();
        var forged = await visitor.GetAsync($"/account/{page}?token=CfDJ8nonsense");
        forged.Status.Should().Be(410);
        var other = page == "confirm-email" ? EmailTokens.ResetPassword : EmailTokens.ConfirmEmail;

        foreach (var token in new[] { await server.MakeTokenAsync(person, other), "", new string('x', 5000), "a,b", "%00" })
        {
            var seen = await visitor.GetAsync($"/account/{page}?token={token}");
            (seen.Status, seen.Same).Should().Be((410, forged.Same));
        }
    }

    [Theory]
    [InlineData("forgotten-password", "reset_password")]
    [InlineData("new-confirmation", "verify_email")]
    [Trait("ASVS", "6.3.8")]
    public async Task Asking_for_a_link_shows_the_same_page_for_every_address(string page, string kind)
    {
        var known = (await server.Api.RegisterAsync()).Email;
        using var visitor = server.Visit();
        var form = await visitor.GetAsync($"/account/{page}");

        var (one, other) = (await visitor.SendAsync(form, 0, ("email", known)),
            await visitor.SendAsync(form, 0, ("email", Api.NewEmail())));

        (one.Status, one.Same).Should().Be((202, other.Same));
        other.Status.Should().Be(202);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE address = @address AND kind = @kind", ("address", known), ("kind", kind))).Should()
                .Be(1);
    }

    [Fact]
    public async Task A_link_that_is_too_old_lands_where_a_new_one_can_be_asked_for()
    {
        using var visitor = server.Visit();
        var old = await visitor.GetAsync("/account/invitation?token=old&lang=he");

        (await visitor.SendAsync(old, 0, ("email", "nonsense"))).Html.Should().Contain("id=\"email-fault\"");
        var sent = await visitor.SendAsync(old, 0, ("email", Api.NewEmail()));

        sent.Status.Should().Be(202);
        sent.Html.Should().Contain("lang=\"he\"");
    }
}
