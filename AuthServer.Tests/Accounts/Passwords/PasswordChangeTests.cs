using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Passwords;

public sealed class PasswordChangeTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private const string NewPassword = "another long phrase of mine";

    [Theory]
    [Trait("ASVS", "6.2.2")]
    [InlineData("auth/password/change")]
    [InlineData("auth/change-password")]
    public async Task Whoever_knows_the_password_can_change_it(string path)
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync(
            path, new { current_password = Api.Password, new_password = NewPassword }, person.AccessToken)).ShouldBeAsync(204);

        await server.Api.LoginAsync(person.Email, NewPassword);
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "7.4.3")]
    public async Task The_other_sessions_end_and_the_one_that_asks_goes_on()
    {
        var person = await server.Api.RegisterAsync();
        var other = await server.Api.LoginAsync(person.Email);

        await ChangeAsync(person);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        await (await server.Api.GetAsync("auth/me", other.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(other.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await server.Database.QueryAsync<string>("SELECT revoked_reason FROM sessions WHERE id = @id", ("id", other.SessionId))).Should()
            .Be("password_changed");
    }

    [Fact]
    [Trait("ASVS", "6.2.3")]
    public async Task A_wrong_current_password_changes_nothing()
    {
        var person = await server.Api.RegisterAsync();

        var body = await (await ChangeAsync(person, current: "not the password")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        body.InvalidFields().Should().Equal("current_password");
        await server.Api.LoginAsync(person.Email);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.password_changed' AND outcome = 'failure' AND subject_id = @id",
            ("id", person.UserId))).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "6.2.3")]
    public async Task Guessing_with_a_stolen_token_locks_the_name_as_guessing_at_sign_in_does()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        for (var guess = 0; guess < 5; guess++)
        {
            await (await ChangeAsync(person, current: "not the password")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        }

        await (await ChangeAsync(person)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);
        (await server.MailsAsync(MailKinds.AccountLocked, person.Email)).Should().ContainSingle();
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'sign_in.locked' AND subject_id = @id", ("id", person.UserId))).Should().Be(1);
    }

    [Fact]
    public async Task The_new_password_is_held_against_the_policy()
    {
        var person = await server.Api.RegisterAsync();

        var body = await (await ChangeAsync(person, wanted: person.Email)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        body.InvalidFields().Should().Equal("new_password");
        await server.Api.LoginAsync(person.Email);
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_new_password_that_the_policy_refuses_costs_no_hash()
    {
        var person = await server.Api.RegisterAsync();

        for (var time = 0; time < 10; time++)
        {
            (await (await ChangeAsync(person, current: "not the password", wanted: "aaaaaaaaaaaaaaaa")).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed)).InvalidFields().Should().Equal("new_password");
        }

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE outcome = 'failure' AND subject_id = @id", ("id", person.UserId))).Should().Be(
                0, "the current password was not looked at");
        await server.Api.LoginAsync(person.Email);
    }

    [Fact]
    public async Task Of_many_changes_at_once_one_wins_and_its_password_is_the_one_that_works()
    {
        var person = await server.Api.RegisterAsync();

        var answers =
            await Task.WhenAll(
                Enumerable.Range(0, 4).Select(number => ChangeAsync(person, wanted: $"the phrase of racer number {number}")));

        var winner = Array.FindIndex(answers, answer => (int)answer.StatusCode == 204);
        answers.Count(answer => (int)answer.StatusCode == 204).Should().Be(1);
        await server.Api.LoginAsync(person.Email, $"the phrase of racer number {winner}");
    }

    [Fact]
    public async Task Nobody_changes_a_password_without_a_token() =>
        await (await server.Api.PostAsync(
            "auth/password/change", new { current_password = Api.Password, new_password = NewPassword })).ShouldBeProblemAsync(
                ErrorCodes.AuthenticationRequired);

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task The_owner_is_told_by_mail_in_a_mailbox_that_is_proven()
    {
        var (person, unproven) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        await server.ProveMailboxAsync(person);

        await ChangeAsync(person);
        await ChangeAsync(unproven);

        (await server.MailsAsync(MailKinds.PasswordChanged, person.Email)).Should().ContainSingle();
        (await server.MailsAsync(MailKinds.PasswordChanged, unproven.Email)).Should().BeEmpty("the mailbox may be a stranger's");
    }

    private Task<HttpResponseMessage> ChangeAsync(SignedIn person, string current = Api.Password, string wanted = NewPassword) =>
        server.Api.PostAsync("auth/password/change", new { current_password = current, new_password = wanted }, person.AccessToken);
}
