using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Accounts.SignIn;

/// <summary>Passwords that an operator has invalidated because they may have leaked.</summary>
public sealed class RequiredResetTests(TestServer server) : IClassFixture<TestServer>
{
    private const string NewPassword = "another long phrase of mine";

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task The_right_password_signs_nobody_in_until_a_mailed_link_has_set_another()
    {
        var person = await server.Api.RegisterAsync();
        await RequireAsync(person);

        await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.PasswordResetRequired);
        using var form =
            new FormUrlEncodedContent(
                new Dictionary<string, string>(StringComparer.Ordinal) { ["username"] = person.Email, ["password"] = Api.Password });
        await (await server.Api.Http.PostAsync("/api/v1/auth/login/form", form))
            .ShouldBeOAuthErrorAsync(ErrorCodes.PasswordResetRequired, "invalid_grant");

        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, person.Email);
        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = NewPassword })).ShouldBeAsync(204);
        await server.Api.LoginAsync(person.Email, NewPassword);
        await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task A_wrong_password_learns_nothing_of_it_and_mails_nobody()
    {
        var person = await server.Api.RegisterAsync();
        await RequireAsync(person);

        await (await LoginAsync(person, "a wrong password of mine")).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);

        (await CountMailsAsync(person)).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Trying_again_and_again_neither_fills_the_mailbox_nor_locks_the_name()
    {
        var person = await server.Api.RegisterAsync();
        await RequireAsync(person);

        for (var time = 0; time < 8; time++)
        {
            await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.PasswordResetRequired);
        }

        (await CountMailsAsync(person)).Should().Be(1);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'sign_in.failed' AND reason = 'password_reset_required' AND subject_id = @id",
            ("id", person.UserId))).Should().Be(8);
    }

    [Fact]
    [Trait("ASVS", "7.4.3")]
    public async Task The_sessions_end_and_whose_act_it_was_is_on_record()
    {
        var (person, stranger) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        var result = await RunAsync("require-password-reset", "--user", person.Email);

        result.Should().Be(new ServerProgram.Finished(0, "1 person has to set a new password, and 1 session was ended.\n", ""));
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(stranger.RefreshToken)).ShouldBeAsync(200);
        (await server.Database.QueryAsync<bool>(
            "SELECT actor_id IS NULL AND request_id LIKE 'cli-%' FROM audit_events WHERE type = 'user.password_reset_required' AND "
                + "subject_id = @id", ("id", person.UserId))).Should().BeTrue();
        (await RunAsync("require-password-reset", "--user", person.Email, "--json")).Output.Should()
            .Be("{\"accounts\":0,\"sessions\":0}\n");
    }

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task Whoever_has_the_old_password_cannot_lift_it()
    {
        var person = await server.Api.RegisterAsync();
        // Simulates a session that survived.
        await server.Database.ExecuteAsync("UPDATE users SET must_reset_password = true WHERE id = @id", ("id", person.UserId));

        await (await server.Api.PostAsync(
            "auth/password/change", new { current_password = Api.Password, new_password = NewPassword }, person.AccessToken))
                .ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        await (await LoginAsync(person, NewPassword)).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.PasswordResetRequired);
    }

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task Nor_have_the_link_sent_to_an_address_of_their_own()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        var thiefs = Api.NewEmail();
        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = thiefs, current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, thiefs);

        await RequireAsync(person);

        await (await server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task Nor_while_it_is_being_required()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync("SELECT 1 FROM users WHERE id = @id FOR NO KEY UPDATE");
        var asked =
            server.Api.PostAsync(
                "auth/email/change", new { new_email = Api.NewEmail(), current_password = Api.Password }, person.AccessToken);
        await Eventually.TrueAsync(
            async () =>
                await server.Database.QueryAsync<long>(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = "
                        + "current_database())") > 0,
            "the change waits");
        await RunAsync("UPDATE users SET must_reset_password = true WHERE id = @id");
        await transaction.CommitAsync();

        ((int)(await asked).StatusCode).Should().Be(401);

        (await server.Database.QueryAsync<bool>("SELECT pending_email IS NULL FROM users WHERE id = @id", ("id", person.UserId))).Should()
            .BeTrue();

        async Task RunAsync(string sql)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection, transaction);
            command.Parameters.AddWithValue("id", person.UserId);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task An_address_that_came_in_all_the_same_cannot_be_proven()
    {
        var (person, thiefs) = (await server.Api.RegisterAsync(), Api.NewEmail());
        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = thiefs, current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, thiefs);
        await server.Database.ExecuteAsync("UPDATE users SET must_reset_password = true WHERE id = @id", ("id", person.UserId));

        await (await server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidOrExpiredToken);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token }, person.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.InvalidOrExpiredToken);
    }

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task What_was_mailed_and_begun_before_counts_no_longer()
    {
        var person = await server.Api.RegisterAsync();
        var before = await StampAsync(person);

        await RequireAsync(person);

        (await StampAsync(person)).Should().NotBe(before).And.MatchRegex("^[0-9a-f]{32}$");
    }

    [Fact]
    [Trait("ASVS", "6.4.6")]
    public async Task A_session_that_is_left_does_not_erase_the_account_with_the_old_password()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET must_reset_password = true WHERE id = @id", ("id", person.UserId));

        await (await server.Api.SendAsync(
            HttpMethod.Delete, "users/me", new { password = Api.Password }, person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task Of_all_that_sign_in_at_that_moment_no_session_is_left()
    {
        var person = await server.Api.RegisterAsync();

        var signIns = Enumerable.Range(0, 12).Select(_ => LoginAsync(person)).ToList();
        await RequireAsync(person);
        await Task.WhenAll(signIns);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM sessions WHERE user_id = @id AND revoked_at IS NULL", ("id", person.UserId))).Should().Be(0);
    }

    [Fact]
    public async Task Everybody_but_the_administrators_can_be_meant()
    {
        await using var fresh = await StartedServer.StartAsync();
        var (admin, person) = (await fresh.SignInAsAsync(Role.Admin), await fresh.Api.RegisterAsync());
        await fresh.Database.ExecuteAsync("UPDATE users SET email_confirmed = true");
        var line = new[] { "require-password-reset", "--all", "--except-admins", "--yes" };

        var result = await ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(fresh.Database.ServerConnection));

        result.Output.Should().StartWith("1 person has to set a new password");
        await (await fresh.Api.RefreshAsync(admin.RefreshToken)).ShouldBeAsync(200);
        await (await fresh.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.PasswordResetRequired);
        await fresh.Api.LoginAsync(admin.Email);
    }

    [Fact]
    public async Task A_tenants_people_can_be_meant()
    {
        var clinic = await server.OpenClinicAsync();
        var (member, stranger) = (await server.SignInAtAsync(Role.Support, clinic), await server.Api.RegisterAsync());

        (await RunAsync("require-password-reset", "--tenant", clinic.Slug, "--yes")).ExitCode.Should().Be(0);

        await (await LoginAsync(member)).ShouldBeProblemAsync(ErrorCodes.PasswordResetRequired);
        await server.Api.LoginAsync(stranger.Email);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Where_registering_tells_nobody_an_unproven_account_does_not_tell_either()
    {
        await using var fresh = await StartedServer.StartAsync(adjust: settings => settings["Registration:Mode"] = "VerifyFirst");
        var email = Api.NewEmail();
        await (await fresh.Api.PostAsync("auth/register", new { email, password = Api.Password })).ShouldBeAsync(202);
        await fresh.Database.ExecuteAsync("UPDATE users SET must_reset_password = true");

        await (await fresh.Api.PostAsync("auth/login", new { email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);

        (await fresh.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE kind = 'reset_password'")).Should().Be(0);
    }

    [Theory]
    [InlineData]
    [InlineData("--except-admins", "--yes")]
    [InlineData("--all", "--tenant", "north", "--yes")]
    [InlineData("--all")]
    public async Task A_line_that_does_not_say_whom_or_is_not_meant_requires_nothing(params string[] options)
    {
        var person = await server.Api.RegisterAsync();

        (await RunAsync(["require-password-reset", .. options])).ExitCode.Should().Be(2);

        await server.Api.LoginAsync(person.Email);
    }

    private Task<string> StampAsync(SignedIn person) =>
        server.Database.QueryAsync<string>("SELECT security_stamp FROM users WHERE id = @id", ("id", person.UserId));

    private Task<ResetRequirement> RequireAsync(SignedIn person) =>
        server.Services.GetRequiredService<PasswordResetRequirement>()
            .RequireAsync(new AccountFilter { UserId = person.UserId }, RequestOrigin.CommandLine, CancellationToken.None);

    private Task<HttpResponseMessage> LoginAsync(SignedIn person, string password = Api.Password) =>
        server.Api.PostAsync("auth/login", new { email = person.Email, password });

    private Task<long> CountMailsAsync(SignedIn person) =>
        server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE kind = 'reset_password' AND address = @address", ("address", person.Email));

    private Task<ServerProgram.Finished> RunAsync(params string[] line) =>
        ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));
}
