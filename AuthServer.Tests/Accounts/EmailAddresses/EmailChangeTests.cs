using AuthServer.Accounts.Identity;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.EmailAddresses;

public sealed class EmailChangeTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    public async Task The_old_address_stays_until_the_new_one_is_proven()
    {
        var person = await server.Api.RegisterAsync();
        var wanted = Api.NewEmail();

        await (await AskAsync(person, wanted)).ShouldBeAsync(202);

        await server.Api.LoginAsync(person.Email);
        await (await server.Api.PostAsync("auth/login", new { email = wanted, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await (await ConfirmAsync(await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted))).ShouldBeAsync(204);
        var me = (await server.Api.LoginAsync(wanted)).User!;
        me["email"]!.GetValue<string>().Should().Be(wanted);
        me["email_verified"]!.GetValue<bool>().Should().BeTrue();
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task The_old_address_is_told_when_it_is_asked_for_and_when_it_is_done()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        var wanted = Api.NewEmail();

        await AskAsync(person, wanted);
        await ConfirmAsync(await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted));

        foreach (var kind in new[] { MailKinds.EmailChangeRequested, MailKinds.EmailChanged })
        {
            var mail = (await server.MailsAsync(kind, person.Email)).Should().ContainSingle().Subject;
            mail.To.Should().Be(person.Email);
            mail.Text.Should().NotContain(wanted, "the new address may be somebody else's business").And.NotContain("token=");
        }
    }

    [Fact]
    public async Task The_pending_change_can_be_seen_and_taken_back()
    {
        var person = await server.Api.RegisterAsync();
        var wanted = Api.NewEmail();
        await (await server.Api.GetAsync("auth/email/change", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await AskAsync(person, wanted);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted);

        (await (await server.Api.GetAsync("auth/email/change", person.AccessToken)).ShouldBeAsync(200))["new_email"]!
            .GetValue<string>()
            .Should()
            .Be(wanted);
        await (await server.Api.SendAsync(HttpMethod.Delete, "auth/email/change", bearer: person.AccessToken)).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/email/change", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await server.Api.LoginAsync(person.Email);
    }

    [Fact]
    public async Task Asking_for_another_address_replaces_the_one_before()
    {
        var person = await server.Api.RegisterAsync();
        var (first, second) = (Api.NewEmail(), Api.NewEmail());
        await AskAsync(person, first);
        var firstToken = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, first);
        await AskAsync(person, second);

        await (await ConfirmAsync(firstToken)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await (await ConfirmAsync(await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, second))).ShouldBeAsync(204);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task An_address_that_is_taken_is_told_to_its_owner_alone()
    {
        var (person, owner) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        var taken = await (await AskAsync(person, owner.Email)).Content.ReadAsStringAsync();
        var free = await (await AskAsync(await server.Api.RegisterAsync(), Api.NewEmail())).Content.ReadAsStringAsync();

        taken.Should().Be(free);
        var mail = (await server.MailsAsync(MailKinds.ConfirmNewEmail, owner.Email)).Should().ContainSingle().Subject;
        mail.To.Should().Be(owner.Email);
        mail.Text.Should().NotContain("token=");
        await server.Api.LoginAsync(owner.Email);
    }

    [Fact]
    public async Task An_address_that_somebody_else_took_meanwhile_is_not_taken_over()
    {
        var person = await server.Api.RegisterAsync();
        var wanted = Api.NewEmail();
        await AskAsync(person, wanted);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted);
        await server.Api.RegisterAsync(wanted, "somebody elses long phrase");

        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.EmailTaken);

        await server.Api.LoginAsync(person.Email);
        await server.Api.LoginAsync(wanted, "somebody elses long phrase");
    }

    [Fact]
    public async Task A_link_works_once_even_for_many_at_once()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        var wanted = Api.NewEmail();
        await AskAsync(person, wanted);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConfirmAsync(token, null, person.AccessToken)));

        answers.Count(answer => (int)answer.StatusCode == 204).Should().Be(1);
        foreach (var lost in answers.Where(answer => (int)answer.StatusCode != 204))
        {
            await lost.ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        }

        (await server.MailsAsync(MailKinds.EmailChanged, person.Email)).Should().ContainSingle();
    }

    [Fact]
    public async Task Links_sent_to_the_old_mailbox_die_with_the_change()
    {
        var person = await server.Api.RegisterAsync();
        var reset = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);
        var wanted = Api.NewEmail();
        await AskAsync(person, wanted);
        await ConfirmAsync(await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted));

        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token = reset, new_password = "another long phrase of mine" })).ShouldBeProblemAsync(
                ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    public async Task It_takes_the_password()
    {
        var person = await server.Api.RegisterAsync();

        var body = await (await AskAsync(person, Api.NewEmail(), "not the password")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        body.InvalidFields().Should().Equal("current_password");
        await (await server.Api.GetAsync("auth/email/change", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    [Fact]
    [Trait("ASVS", "6.3.4")]
    public async Task A_stranger_who_presses_the_button_gives_nobody_their_address()
    {
        // The attacker requests a change to the victim's address; the mail is genuine, and the victim follows its link.
        var (attacker, victim) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        var address = Api.NewEmail();
        await AskAsync(attacker, address);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, address);

        await (await ConfirmAsync(token, null)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        await (await ConfirmAsync(token, "the victims own password")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        await (await ConfirmAsync(token, null, victim.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        await server.Api.LoginAsync(attacker.Email);
    }

    [Theory]
    [Trait("ASVS", "7.4.3")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_password_ends_the_change_that_a_thief_has_asked_for(bool isReset)
    {
        var owner = await server.Api.RegisterAsync();
        var evil = Api.NewEmail();
        await AskAsync(owner, evil);

        await (isReset
            ? await server.Api.PostAsync("auth/password/reset/confirm", new
            {
                token = await server.MakeTokenAsync(EmailTokens.ResetPassword, owner.UserId),
                new_password = "another long phrase of mine",
            })
            : await server.Api.PostAsync(
                "auth/password/change", new { current_password = Api.Password, new_password = "another long phrase of mine" },
                owner.AccessToken)).ShouldBeAsync(204);

        // The mail was still queued. Written now, its token would be made with the new stamp.
        (await server.MailsAsync(MailKinds.ConfirmNewEmail, evil)).Should().BeEmpty();
        var late = await server.MakeTokenAsync(EmailTokens.ChangeEmail, owner.UserId, evil);
        await (await ConfirmAsync(late, "another long phrase of mine")).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    public async Task A_change_that_was_checked_against_the_old_password_does_not_survive_the_new_one()
    {
        var owner = await server.Api.RegisterAsync();
        var evil = Api.NewEmail();
        var reset = await server.MakeTokenAsync(EmailTokens.ResetPassword, owner.UserId);

        var asked = Enumerable.Range(0, 8).Select(_ => AskAsync(owner, evil)).ToList();
        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token = reset, new_password = "another long phrase of mine" })).ShouldBeAsync(204);
        await Task.WhenAll(asked);

        (await server.Database.QueryAsync<bool>("SELECT pending_email IS NULL FROM users WHERE id = @id", ("id", owner.UserId))).Should()
            .BeTrue();
    }

    [Fact]
    public async Task A_pending_change_that_is_too_old_is_gone_whenever_its_mail_comes()
    {
        var person = await server.Api.RegisterAsync();
        var wanted = Api.NewEmail();
        await AskAsync(person, wanted);
        server.Clock.Advance(TimeSpan.FromHours(24));

        (await server.MailsAsync(MailKinds.ConfirmNewEmail, wanted)).Should().BeEmpty();
        var token = await server.MakeTokenAsync(EmailTokens.ChangeEmail, person.UserId, wanted);
        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Other_spellings_of_one_address_bring_no_more_mails()
    {
        var person = await server.Api.RegisterAsync();
        var victim = Api.NewEmail();

        foreach (var spelling in new[] { victim, victim.ToUpperInvariant(), "P" + victim[1..] })
        {
            await AskAsync(person, spelling);
        }

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE kind = 'confirm_new_email' AND address = @victim", ("victim", victim))).Should().Be(1);
    }

    [Theory]
    [InlineData("dana@example.com\r\nBcc: everybody@example.com")]
    [InlineData("dana\u0000@example.com")]
    [InlineData("dana@exa\u200Bmple.com")]
    [InlineData("dana@example.com,eve@example.com")]
    [InlineData("\"dana\"@example.com")]
    [Trait("ASVS", "1.3.11")]
    public async Task An_address_that_could_break_a_header_is_refused(string address)
    {
        var person = await server.Api.RegisterAsync();

        await (await AskAsync(person, address)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        await (await server.Api.PostAsync("auth/password/reset/request", new { email = address })).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
    }

    private Task<HttpResponseMessage> AskAsync(SignedIn person, string wanted, string password = Api.Password) =>
        server.Api.PostAsync("auth/email/change", new { new_email = wanted, current_password = password }, person.AccessToken);

    private Task<HttpResponseMessage> ConfirmAsync(string token, string? password = Api.Password, string? bearer = null) =>
        server.Api.PostAsync("auth/email/change/confirm", new { token, password }, bearer);
}
