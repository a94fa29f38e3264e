using AuthServer.Accounts.Identity;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Passwords;

public sealed class PasswordResetTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private const string NewPassword = "another long phrase of mine";

    [Theory]
    [InlineData("auth/password/reset/request", "auth/password/reset/confirm")]
    [InlineData("auth/request-reset", "auth/reset-password")]
    public async Task A_mailed_link_sets_a_new_password(string request, string confirm)
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync(request, new { email = person.Email })).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, person.Email);
        await (await server.Api.PostAsync(confirm, new { token, new_password = NewPassword })).ShouldBeAsync(204);

        await server.Api.LoginAsync(person.Email, NewPassword);
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task The_answer_is_the_same_whoever_is_asked_for()
    {
        var (known, disabled, unverified) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync(),
            await server.Api.RegisterAsync());
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", disabled.UserId));
        await server.Database.ExecuteAsync("UPDATE users SET email_confirmed = true WHERE id = @id", ("id", known.UserId));

        var answers = new List<string>();
        foreach (var email in new[] { known.Email, disabled.Email, unverified.Email, Api.NewEmail() })
        {
            var response = await server.Api.PostAsync("auth/password/reset/request", new { email });
            answers.Add(
                $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()} "
                    + $"{string.Join(',', response.Headers.Concat(response.Content.Headers).Select(header => header.Key))}");
        }

        answers.Distinct(StringComparer.Ordinal).Should().ContainSingle().Which.Should().StartWith("""202 {"status":"accepted"}""");
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE kind = 'reset_password' AND created_at >= @now",
            ("now", server.Clock.GetUtcNow())))
            .Should().BeGreaterThanOrEqualTo(4, "the same is written for each");
    }

    [Fact]
    public async Task A_disabled_account_gets_no_link()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", person.UserId));

        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email });

        (await server.MailsAsync(MailKinds.ResetPassword, person.Email)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task One_address_gets_at_most_a_mail_a_minute_and_five_an_hour()
    {
        var person = await server.Api.RegisterAsync();
        var begun = server.Clock.GetUtcNow();

        await AskAsync();
        await AskAsync();
        (await CountAsync()).Should().Be(1);
        for (var minute = 0; minute < 10; minute++)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));
            await AskAsync();
        }

        (await CountAsync()).Should().Be(5);
        server.Clock.Advance(TimeSpan.FromMinutes(51));
        await AskAsync();
        (await CountAsync()).Should().Be(6);

        Task AskAsync() => server.Api.PostAsync("auth/password/reset/request", new { email = person.Email.ToUpperInvariant() });
        Task<long> CountAsync() =>
            server.Database.QueryAsync<long>(
                "SELECT count(*) FROM email_outbox WHERE kind = 'reset_password' AND address = @address AND created_at >= @begun",
                ("address", person.Email), ("begun", begun));
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Many_who_ask_at_once_owe_one_mail()
    {
        var email = Api.NewEmail();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => server.Api.PostAsync("auth/password/reset/request", new { email })));

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE address = @email", ("email", email))).Should()
            .Be(1);
    }

    [Fact]
    public async Task A_link_works_until_its_hour_is_over_and_not_after()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);
        server.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        // Refused because the password is too short, so the token has not expired.
        await (await ConfirmAsync(token, "short")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        server.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    public async Task A_link_works_once()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);
        await (await ConfirmAsync(token)).ShouldBeAsync(204);

        await (await ConfirmAsync(token, "yet another phrase of mine")).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);

        await server.Api.LoginAsync(person.Email, NewPassword);
    }

    [Fact]
    public async Task A_password_that_the_policy_refuses_does_not_use_the_link_up()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);

        var body = await (await ConfirmAsync(token, "short")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        body["errors"]!["new_password"]!.AsArray().Should().NotBeEmpty();
        await (await ConfirmAsync(token)).ShouldBeAsync(204);
    }

    [Fact]
    public async Task Of_many_that_use_one_link_at_once_exactly_one_wins()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);

        var answers =
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => ConfirmAsync(token, $"the phrase of racer number {number}")));

        answers.Count(answer => (int)answer.StatusCode == 204).Should().Be(1);
        foreach (var lost in answers.Where(answer => (int)answer.StatusCode != 204))
        {
            await lost.ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        }

        var winner = Array.FindIndex(answers, answer => (int)answer.StatusCode == 204);
        await server.Api.LoginAsync(person.Email, $"the phrase of racer number {winner}");
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE user_id = @id AND kind = 'password_changed'", ("id", person.UserId))).Should().Be(1);
    }

    [Fact]
    public async Task A_link_dies_with_the_password_it_was_asked_for()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);
        await (await server.Api.PostAsync(
            "auth/password/change", new { current_password = Api.Password, new_password = NewPassword }, person.AccessToken)).ShouldBeAsync(
                204);

        await (await ConfirmAsync(token, "yet another phrase of mine")).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    [Theory]
    [InlineData(EmailTokens.ConfirmEmail)]
    [InlineData(EmailTokens.ChangeEmail)]
    public async Task A_token_for_something_else_is_not_taken(string use)
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(use, person.UserId);

        await (await ConfirmAsync(token)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_is_not_taken()
    {
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);
        string[] forged = [
            "", "x", token[..^1], token + "A", token[1..], token.ToUpperInvariant(), $"{token} ", $"{token}=", $"A{token[1..]}",
            new('A', 5000), "\u0000", "🔑"];

        foreach (var attempt in forged.Where(attempt => attempt.Length > 0))
        {
            await (await ConfirmAsync(attempt)).ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
        }

        await (await ConfirmAsync(token)).ShouldBeAsync(204);
    }

    [Fact]
    [Trait("ASVS", "7.4.3")]
    public async Task A_reset_ends_every_session()
    {
        var first = await server.Api.RegisterAsync();
        var second = await server.Api.LoginAsync(first.Email);

        await (await ConfirmAsync(await server.MakeTokenAsync(EmailTokens.ResetPassword, first.UserId))).ShouldBeAsync(204);

        foreach (var session in new[] { first, second })
        {
            await (await server.Api.GetAsync("auth/me", session.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
            await (await server.Api.RefreshAsync(session.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        }
    }

    [Fact]
    public async Task A_reset_lifts_the_lock_that_guessing_set()
    {
        var person = await server.Api.RegisterAsync();
        for (var guess = 0; guess < 6; guess++)
        {
            await server.Api.PostAsync("auth/login", new { email = person.Email, password = "not the password" });
        }

        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);
        await (await ConfirmAsync(await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId))).ShouldBeAsync(204);

        await server.Api.LoginAsync(person.Email, NewPassword);
    }

    [Fact]
    [Trait("ASVS", "6.4.3")]
    public async Task A_reset_signs_nobody_in()
    {
        var person = await server.Api.RegisterAsync();

        var response = await ConfirmAsync(await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId));

        (await response.Content.ReadAsStringAsync()).Should().BeEmpty();
        response.Headers.Contains("Set-Cookie").Should().BeFalse();
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM sessions WHERE user_id = @id AND revoked_at IS NULL", ("id", person.UserId))).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task The_owner_is_told_by_mail_and_the_record_has_it()
    {
        var person = await server.Api.RegisterAsync();

        await ConfirmAsync(await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId));

        (await server.MailsAsync(MailKinds.PasswordChanged, person.Email)).Should().ContainSingle().Which.To.Should().Be(person.Email);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.password_reset' AND outcome = 'success' AND subject_id = @id",
            ("id", person.UserId))).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "13.4.4")]
    public async Task A_poisoned_host_never_reaches_a_link()
    {
        var person = await server.Api.RegisterAsync();

        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email }, adjust: request =>
        {
            request.Headers.Host = "evil.example";
            request.Headers.Add("X-Forwarded-Host", "evil.example");
            request.Headers.Add("X-Original-Host", "evil.example");
            request.Headers.Add("Forwarded", "host=evil.example;proto=https");
        });

        var mail = (await server.MailsAsync(MailKinds.ResetPassword, person.Email)).Should().ContainSingle().Subject;
        mail.Text.Should().Contain("http://localhost/account/reset-password?token=").And.NotContain("evil");
        mail.Html.Should().NotContain("evil");
    }

    [Fact]
    public async Task Mail_goes_to_the_stored_spelling_of_the_address()
    {
        var email = $"Dana.{Api.NewEmail()}";
        await server.Api.RegisterAsync(email);

        await server.Api.PostAsync("auth/password/reset/request", new { email = email.ToUpperInvariant() });

        (await server.MailsAsync(MailKinds.ResetPassword, email.ToLowerInvariant())).Should().ContainSingle().Which.To.Should().Be(email);
    }

    [Fact]
    public async Task A_link_of_an_app_is_taken_only_if_it_is_allowed()
    {
        var body =
            await (await server.Api.PostAsync(
                "auth/password/reset/request", new { email = Api.NewEmail(), link = "https://evil.example/reset" })).ShouldBeProblemAsync(
                    ErrorCodes.ValidationFailed);

        body["errors"]!["link"]!.AsArray().Should().NotBeEmpty();
    }

    [Fact]
    public async Task The_answer_carries_no_token_outside_Development() =>
        (await (await server.Api.PostAsync(
            "auth/password/reset/request", new { email = (await server.Api.RegisterAsync()).Email })).Content.ReadAsStringAsync()).Should()
                .NotContain("dev_token");

    private Task<HttpResponseMessage> ConfirmAsync(string token, string newPassword = NewPassword) =>
        server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = newPassword });
}
