using AuthServer.Compliance.Erasure;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Accounts.Registration;

/// <summary>Accounts that can only be used once their mailbox is confirmed, as in production.</summary>
public sealed class VerifyFirstTests(VerifyFirstTests.Server server) : IClassFixture<VerifyFirstTests.Server>
{
    private const string NewPassword = "another long phrase of mine";

    [Fact]
    public async Task An_account_can_be_used_once_its_mailbox_is_proven()
    {
        var email = Api.NewEmail();
        await RegisterAsync(email);
        await (await LoginAsync(email)).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);

        var token = await server.MailedTokenAsync(MailKinds.Registration, email);
        await (await server.Api.PostAsync("auth/email/verification/confirm", new { token, password = Api.Password })).ShouldBeAsync(204);

        (await server.Api.LoginAsync(email)).User!["email_verified"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task An_account_that_nobody_proves_gives_its_address_back_after_a_week()
    {
        var (squatted, proven) = (Api.NewEmail(), await ProvenAsync());
        await RegisterAsync(squatted, "a phrase of somebody else");
        var duty = server.Services.GetRequiredService<ErasureJob>();

        server.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        await duty.RunAsync(CancellationToken.None);
        (await CountAsync(squatted)).Should().Be(1);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await duty.RunAsync(CancellationToken.None);

        (await CountAsync(squatted)).Should().Be(0);
        (await CountAsync(proven)).Should().Be(1);

        Task<long> CountAsync(string email) =>
            server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE normalized_email = @email", ("email", email));
    }

    [Fact]
    public async Task The_mail_is_in_the_language_that_was_asked_in()
    {
        var email = Api.NewEmail();

        await server.Api.PostAsync(
            "auth/register", new { email, password = Api.Password },
            adjust: request => request.Headers.TryAddWithoutValidation("Accept-Language", "he-IL,en;q=0.5"));

        (await server.MailsAsync(MailKinds.Registration, email)).Should().ContainSingle().Which.Language.Should().Be("he");
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Signing_in_with_the_password_just_chosen_does_not_tell_whether_the_address_was_free()
    {
        var (taken, free) = (await ProvenAsync(), Api.NewEmail());
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await RegisterAsync(taken, "what the prober has chosen");
        await RegisterAsync(free, "what the prober has chosen");

        (await AnswersAsync(taken)).Should().Equal(await AnswersAsync(free));

        async Task<List<string>> AnswersAsync(string email)
        {
            var answers = new List<string>();
            for (var attempt = 0; attempt < 7; attempt++)
            {
                var response = await LoginAsync(email, "what the prober has chosen");
                answers.Add($"{(int)response.StatusCode} {(await response.ReadJsonAsync())!["code"]}");
            }

            return answers;
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Registering_answers_the_same_whether_or_not_there_is_an_account()
    {
        var (proven, unproven) = (await ProvenAsync(), Api.NewEmail());
        await RegisterAsync(unproven);
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        var answers = new List<string>();
        foreach (var email in new[] { proven, unproven, Api.NewEmail() })
        {
            var response = await server.Api.PostAsync("auth/register", new { email, password = Api.Password });
            answers.Add(
                $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()} "
                    + $"{string.Join(',', response.Headers.Concat(response.Content.Headers).Select(header => header.Key))}");
        }

        answers.Distinct(StringComparer.Ordinal).Should().ContainSingle().Which.Should().StartWith("""202 {"status":"accepted"}""");
    }

    [Fact]
    public async Task The_owner_of_an_address_that_has_an_account_is_told_and_nothing_changes()
    {
        var email = await ProvenAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        await RegisterAsync(email.ToUpperInvariant(), "somebody elses long phrase");

        var mail = (await server.MailsAsync(MailKinds.Registration, email))[^1];
        mail.To.Should().Be(email);
        mail.Text.Should().NotContain("token=").And.Contain("/account/forgotten-password");
        await SignedIn.ReadAsync(await LoginAsync(email));
        await (await LoginAsync(email, "somebody elses long phrase")).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Fact]
    public async Task Whoever_registers_again_before_the_proof_gets_a_link_to_set_a_password_with()
    {
        // An attacker registers first; the owner of the mailbox follows later and does not know the attacker's password.
        var email = Api.NewEmail();
        await RegisterAsync(email, "the attackers own phrase");
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await RegisterAsync(email);

        var token = await server.MailedTokenAsync(MailKinds.Registration, email);
        await (await server.Api.PostAsync("auth/email/verification/confirm", new { token, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        await (await server.Api.PostAsync("auth/email/verification/confirm", new { token, new_password = NewPassword })).ShouldBeAsync(204);

        await SignedIn.ReadAsync(await LoginAsync(email, NewPassword));
        await (await LoginAsync(email, "the attackers own phrase")).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task A_user_name_is_taken_with_the_proof_and_tells_nothing_before()
    {
        var (first, second) = (Api.NewEmail(), Api.NewEmail());
        var name = $"dana{Guid.NewGuid():N}"[..20];
        await RegisterAsync(first, username: name);
        await RegisterAsync(second, username: name);

        await ConfirmAsync(first);
        await ConfirmAsync(second);

        (await SignedIn.ReadAsync(await LoginAsync(name))).Email.Should().Be(first);
        (await SignedIn.ReadAsync(await LoginAsync(second))).User!["username"].Should().BeNull("somebody was quicker");
        await (await server.Api.PostAsync(
            "auth/register", new { email = Api.NewEmail(), password = Api.Password, username = name })).ShouldBeProblemAsync(
                ErrorCodes.UsernameTaken);
        await (await server.Api.PostAsync(
            "auth/register", new { email = first, password = Api.Password, username = name })).ShouldBeProblemAsync(
                ErrorCodes.UsernameTaken);
    }

    [Fact]
    public async Task Many_registrations_of_one_address_at_once_make_one_account_and_owe_one_mail()
    {
        var email = Api.NewEmail();

        var answers =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 16).Select(
                        number =>
                            server.Api.PostAsync(
                                "auth/register",
                                new { email = number % 2 == 0 ? email : email.ToUpperInvariant(), password = Api.Password })));

        answers.Select(answer => (int)answer.StatusCode).Should().OnlyContain(status => status == 202);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE normalized_email = @email", ("email", email))).Should()
            .Be(1);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE address = @email", ("email", email))).Should()
            .Be(1);
    }

    [Fact]
    public async Task A_refused_registration_is_recorded_without_telling_whom_it_was_about()
    {
        var email = await ProvenAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        await RegisterAsync(email);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'registration.refused' AND reason = 'email_taken'")).Should().BePositive();
    }

    private async Task RegisterAsync(string email, string password = Api.Password, string? username = null) =>
        await (await server.Api.PostAsync("auth/register", new { email, password, username })).ShouldBeAsync(202);

    private Task<HttpResponseMessage> LoginAsync(string name, string password = Api.Password) =>
        server.Api.PostAsync("auth/login", new { email = name, password });

    private async Task ConfirmAsync(string email) =>
        await (await server.Api.PostAsync(
            "auth/email/verification/confirm",
            new { token = await server.MailedTokenAsync(MailKinds.Registration, email), password = Api.Password })).ShouldBeAsync(204);

    private async Task<string> ProvenAsync()
    {
        var email = Api.NewEmail();
        await RegisterAsync(email);
        await ConfirmAsync(email);
        return email;
    }

    public sealed class Server : StoppedServer
    {
        public Server() => Settings["Registration:Mode"] = "VerifyFirst";
    }
}
