using AuthServer.Accounts.Identity;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.EmailAddresses;

/// <summary>Confirming the mailbox when registration signs people in at once.</summary>
public sealed class EmailVerificationTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private const string NewPassword = "another long phrase of mine";

    [Fact]
    public async Task With_the_sessions_own_token_the_link_is_enough_and_that_session_goes_on()
    {
        var person = await server.Api.RegisterAsync();
        var other = await server.Api.LoginAsync(person.Email);

        await (await ConfirmAsync(new { token = await TokenAsync(person) }, person.AccessToken)).ShouldBeAsync(204);

        (await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200))["email_verified"]!
            .GetValue<bool>()
            .Should()
            .BeTrue();
        await (await server.Api.GetAsync("auth/me", other.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    public async Task Without_a_session_the_link_alone_is_not_enough_and_is_not_used_up()
    {
        var person = await server.Api.RegisterAsync();
        var token = await TokenAsync(person);

        var body = await (await ConfirmAsync(new { token })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        body.InvalidFields().Should().Equal("password");
        (await IsVerifiedAsync(person)).Should().BeFalse();
        await (await ConfirmAsync(new { token, password = Api.Password })).ShouldBeAsync(204);
        (await IsVerifiedAsync(person)).Should().BeTrue();
    }

    [Fact]
    public async Task A_new_password_is_set_also_where_the_session_would_have_been_enough()
    {
        var person = await server.Api.RegisterAsync();
        var token = await TokenAsync(person);
        await (await ConfirmAsync(new { token, new_password = "short" }, person.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);

        await (await ConfirmAsync(new { token, new_password = NewPassword }, person.AccessToken)).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        await server.Api.LoginAsync(person.Email, NewPassword);
    }

    [Fact]
    public async Task Somebody_elses_session_is_no_proof()
    {
        var (person, stranger) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        await (await ConfirmAsync(new { token = await TokenAsync(person) }, stranger.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);

        (await IsVerifiedAsync(person)).Should().BeFalse();
    }

    [Fact]
    [Trait("ASVS", "6.3.4")]
    public async Task Whoever_lay_in_wait_in_an_account_with_somebody_elses_address_is_put_out()
    {
        // The attacker registers with the victim's address, and is signed in.
        var attacker = await server.Api.RegisterAsync(password: "the attackers own phrase");

        // The victim follows the link in the mail and, not knowing that password, sets one.
        await (await ConfirmAsync(new { token = await TokenAsync(attacker), new_password = NewPassword })).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", attacker.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(attacker.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.PostAsync(
            "auth/login", new { email = attacker.Email, password = "the attackers own phrase" })).ShouldBeProblemAsync(
                ErrorCodes.InvalidCredentials);
        await server.Api.LoginAsync(attacker.Email, NewPassword);
    }

    [Fact]
    public async Task The_password_chosen_at_registration_ends_the_sessions_from_before_as_well()
    {
        var person = await server.Api.RegisterAsync();

        await (await ConfirmAsync(new { token = await TokenAsync(person), password = Api.Password })).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await server.Database.QueryAsync<string>("SELECT revoked_reason FROM sessions WHERE id = @id", ("id", person.SessionId))).Should()
            .Be("mailbox_proven");
    }

    [Fact]
    public async Task A_wrong_password_proves_nothing_and_is_counted()
    {
        var person = await server.Api.RegisterAsync();
        var token = await TokenAsync(person);
        for (var guess = 0; guess < 5; guess++)
        {
            await (await ConfirmAsync(new { token, password = "not the password" })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        }

        await (await ConfirmAsync(new { token, password = Api.Password })).ShouldBeProblemAsync(ErrorCodes.LockedOut);
        (await IsVerifiedAsync(person)).Should().BeFalse();
    }

    [Fact]
    public async Task A_link_works_once_and_for_a_day()
    {
        var (person, late) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        var (token, lateToken) = (await TokenAsync(person), await TokenAsync(late));
        await (await ConfirmAsync(new { token, password = Api.Password })).ShouldBeAsync(204);

        await (await ConfirmAsync(new { token, password = Api.Password })).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        server.Clock.Advance(TimeSpan.FromHours(24));

        await (await ConfirmAsync(new { token = lateToken, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    public async Task Of_many_that_use_one_link_at_once_exactly_one_wins()
    {
        var person = await server.Api.RegisterAsync();
        var token = await TokenAsync(person);

        var answers =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 8).Select(number => ConfirmAsync(new { token, new_password = $"the phrase of racer number {number}" })));

        answers.Count(answer => (int)answer.StatusCode == 204).Should().Be(1);
        await server.Api.LoginAsync(
            person.Email, $"the phrase of racer number {Array.FindIndex(answers, answer => (int)answer.StatusCode == 204)}");
    }

    [Fact]
    public async Task A_reset_link_proves_the_mailbox_too_but_is_no_verification_link()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);

        await (await ConfirmAsync(new { token, password = Api.Password })).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = NewPassword })).ShouldBeAsync(204);

        (await IsVerifiedAsync(person)).Should().BeTrue();
    }

    [Fact]
    public async Task Another_mail_can_be_asked_for_with_and_without_a_token()
    {
        var (signedIn, signedOut) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        await (await server.Api.PostAsync("auth/email/verification/request", new { }, signedIn.AccessToken)).ShouldBeAsync(202);
        await (await server.Api.PostAsync("auth/email/verification/request", new { email = signedOut.Email })).ShouldBeAsync(202);
        await (await server.Api.PostAsync("auth/email/verification/request", new { })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        (await server.MailsAsync(MailKinds.VerifyEmail, signedIn.Email)).Should().HaveCount(2, "one was owed at registration");
        (await server.MailsAsync(MailKinds.VerifyEmail, signedOut.Email)).Should().HaveCount(2);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Nobody_learns_by_asking_for_another_mail_who_has_an_account()
    {
        var known = await server.Api.RegisterAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        var answers =
            await Task.WhenAll(
                new[] { known.Email, Api.NewEmail() }.Select(
                    async email =>
                        await (await server.Api.PostAsync("auth/email/verification/request", new { email })).Content.ReadAsStringAsync()));

        answers.Distinct(StringComparer.Ordinal).Should().ContainSingle();
    }

    private Task<string> TokenAsync(SignedIn person) => server.MailedTokenAsync(MailKinds.VerifyEmail, person.Email);

    private Task<HttpResponseMessage> ConfirmAsync(object body, string? bearer = null) =>
        server.Api.PostAsync("auth/email/verification/confirm", body, bearer);

    private Task<bool> IsVerifiedAsync(SignedIn person) =>
        server.Database.QueryAsync<bool>("SELECT email_confirmed FROM users WHERE id = @id", ("id", person.UserId));
}
