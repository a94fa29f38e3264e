using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Accounts.Registration;

/// <summary>Guests and their registration, when registration signs people in at once.</summary>
public sealed class GuestTests(GuestTests.Server server) : IClassFixture<GuestTests.Server>
{
    [Fact]
    public async Task A_guest_is_signed_in_with_nothing()
    {
        var response = await server.Api.PostAsync("auth/anonymous", new { device_name = "Dana's phone", locale = "he" });

        var guest = await SignedIn.ReadAsync(response);
        ((int)response.StatusCode).Should().Be(201);
        guest.User!["is_anonymous"]!.GetValue<bool>().Should().BeTrue();
        guest.User["email"].Should().BeNull();
        guest.User["roles"]!.AsArray().Should().BeEmpty();
        guest.Claims["role"]!.AsArray().Should().BeEmpty();
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(guest.RefreshToken));
        (await (await server.Api.GetAsync("auth/me", refreshed.AccessToken)).ShouldBeAsync(200))["is_anonymous"]!
            .GetValue<bool>()
            .Should()
            .BeTrue();
    }

    [Fact]
    public async Task A_guest_needs_to_say_nothing_at_all() => await SignedIn.ReadAsync(await server.Api.PostAsync("auth/anonymous"));

    [Fact]
    public async Task There_are_no_guests_unless_the_operator_wants_them()
    {
        await using var closed = await StartedServer.StartAsync();

        await (await closed.Api.PostAsync("auth/anonymous", new { })).ShouldBeProblemAsync(ErrorCodes.AnonymousNotAllowed);
    }

    [Theory]
    [InlineData("""{"device_name":7}""", "device_name")]
    [InlineData("""{"locale":"not a language"}""", "locale")]
    public async Task What_a_guest_says_is_checked(string body, string field) =>
        (await (await server.Api.PostAsync("auth/anonymous", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed))["errors"]!
            .AsObject()
            .Select(error => error.Key)
            .Should()
            .Equal(field);

    [Fact]
    public async Task Registering_makes_a_person_of_the_guest_under_the_same_id()
    {
        var guest = await GuestAsync();
        var email = Api.NewEmail();

        var person = await SignedIn.ReadAsync(await RegisterAsync(guest, email));

        person.UserId.Should().Be(guest.UserId);
        person.Email.Should().Be(email);
        person.User!["is_anonymous"]!.GetValue<bool>().Should().BeFalse();
        person.User["roles"]!.AsArray().Select(role => role!.GetValue<string>()).Should().Equal("patient");
        await (await server.Api.GetAsync("auth/me", guest.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(guest.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await server.Api.LoginAsync(email)).UserId.Should().Be(guest.UserId);
        (await server.MailsAsync(MailKinds.VerifyEmail, email)).Should().ContainSingle();
    }

    [Fact]
    public async Task An_address_that_is_taken_leaves_the_guest_a_guest()
    {
        var (guest, owner) = (await GuestAsync(), await server.Api.RegisterAsync());

        await (await RegisterAsync(guest, owner.Email)).ShouldBeProblemAsync(ErrorCodes.EmailTaken);

        (await (await server.Api.GetAsync("auth/me", guest.AccessToken)).ShouldBeAsync(200))["is_anonymous"]!
            .GetValue<bool>()
            .Should()
            .BeTrue();
        (await SignedIn.ReadAsync(await RegisterAsync(guest, Api.NewEmail()))).UserId.Should().Be(guest.UserId);
    }

    [Fact]
    public async Task Whoever_has_an_account_does_not_register_again()
    {
        var person = await server.Api.RegisterAsync();

        await (await RegisterAsync(person, Api.NewEmail())).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
    }

    [Fact]
    public async Task A_token_that_is_no_longer_good_is_told_and_makes_no_second_account()
    {
        var guest = await GuestAsync();
        await server.Api.PostAsync("auth/logout", null, guest.AccessToken);
        var email = Api.NewEmail();

        await (await RegisterAsync(guest, email)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.PostAsync("auth/register", new { email, password = Api.Password }, "no token")).ShouldBeProblemAsync(
            ErrorCodes.InvalidToken);

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
    }

    [Fact]
    public async Task Of_two_who_register_one_guest_at_once_one_does()
    {
        for (var round = 0; round < 5; round++)
        {
            var guest = await GuestAsync();

            var answers = await Task.WhenAll(RegisterAsync(guest, Api.NewEmail()), RegisterAsync(guest, Api.NewEmail()));

            answers
                .Select(answer => (int)answer.StatusCode)
                .Should()
                .ContainSingle(status => status == 201).And
                .ContainSingle(status => status == 409 || status == 401);
            var person = await SignedIn.ReadAsync(answers.Single(answer => (int)answer.StatusCode == 201));
            await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        }
    }

    [Fact]
    public async Task A_guest_changes_neither_address_nor_password_and_is_mailed_nothing()
    {
        var guest = await GuestAsync();
        var placeholder = $"{guest.UserId}@anonymous.invalid";

        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = Api.NewEmail(), current_password = Api.Password }, guest.AccessToken))
                .ShouldBeProblemAsync(ErrorCodes.AnonymousNotAllowed);
        await (await server.Api.PostAsync(
            "auth/password/change", new { current_password = Api.Password, new_password = "another long phrase" }, guest.AccessToken))
                .ShouldBeProblemAsync(ErrorCodes.AnonymousNotAllowed);
        await (await server.Api.PostAsync("auth/email/verification/request", new { }, guest.AccessToken)).ShouldBeAsync(202);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM email_outbox WHERE address = @address OR user_id = @id", ("address", placeholder),
            ("id", guest.UserId))).Should().Be(0);
    }

    [Fact]
    public async Task The_placeholder_is_nobodys_address()
    {
        var guest = await GuestAsync();
        var placeholder = $"{guest.UserId}@anonymous.invalid";

        await (await server.Api.PostAsync("auth/register", new { email = placeholder, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        await (await server.Api.PostAsync("auth/login", new { email = placeholder, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await (await server.Api.PostAsync("auth/password/reset/request", new { email = placeholder })).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        (await server.MailsAsync(MailKinds.ResetPassword, placeholder)).Should().BeEmpty();
    }

    [Fact]
    public async Task Staff_see_a_guest_without_an_address_and_give_them_nothing()
    {
        var (guest, admin) = (await GuestAsync(), await server.SignInAsAsync(Role.Admin));

        var record = await (await server.Api.GetAsync($"users/{guest.UserId}", admin.AccessToken)).ShouldBeAsync(200);

        record["email"].Should().BeNull();
        record["is_anonymous"]!.GetValue<bool>().Should().BeTrue();
        (await (await server.Api.PostAsync($"users/{guest.UserId}/open", new { reason = "A question." }, admin.AccessToken)).ShouldBeAsync(
            200))["email"].Should().BeNull();
        foreach (var role in new[] { "admin", "support", "physician", "patient" })
        {
            await (await server.Api.SendAsync(
                HttpMethod.Put, $"users/{guest.UserId}/roles", new { roles = new[] { role } }, admin.AccessToken)).ShouldBeProblemAsync(
                    ErrorCodes.AnonymousNotAllowed);
        }

        await (await server.Api.PostAsync(
            $"users/{guest.UserId}/password-reset", new { reason = "A question." }, admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.AnonymousNotAllowed);
        await (await server.Api.PostAsync(
            $"users/{guest.UserId}/verification", new { reason = "A question." }, admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.AnonymousNotAllowed);
        (await (await server.Api.GetAsync("users/me/export", guest.AccessToken)).Content.ReadAsStringAsync()).Should()
            .NotContain("anonymous.invalid");
    }

    [Fact]
    public async Task A_guest_that_nobody_uses_is_erased_after_a_month_and_one_in_use_is_not()
    {
        var (idle, used) = (await GuestAsync(), await GuestAsync());
        var duty = server.Services.GetRequiredService<ErasureJob>();
        server.Clock.Advance(TimeSpan.FromDays(29));
        await SignedIn.ReadAsync(await server.Api.RefreshAsync(used.RefreshToken));
        await duty.RunAsync(CancellationToken.None);
        (await CountAsync(idle), await CountAsync(used)).Should().Be((1, 1));

        server.Clock.Advance(TimeSpan.FromDays(1.01));
        await duty.RunAsync(CancellationToken.None);

        (await CountAsync(idle), await CountAsync(used)).Should().Be((0, 1));
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE actor_id = @id OR subject_id = @id", ("id", idle.UserId))).Should().Be(0);
    }

    [Fact]
    public async Task A_guest_who_leaves_is_erased_at_once_because_they_could_not_come_back()
    {
        var guest = await GuestAsync();

        var answer = await (await server.Api.SendAsync(HttpMethod.Delete, "users/me", new { }, guest.AccessToken)).ShouldBeAsync(202);

        answer["erasure_due_at"]!.GetValue<DateTimeOffset>().Should().BeOnOrBefore(server.Clock.GetUtcNow());
        await server.Services.GetRequiredService<ErasureJob>().RunAsync(CancellationToken.None);
        (await CountAsync(guest)).Should().Be(0);
    }

    private async Task<SignedIn> GuestAsync() => await SignedIn.ReadAsync(await server.Api.PostAsync("auth/anonymous", new { }));

    private Task<HttpResponseMessage> RegisterAsync(SignedIn guest, string email) =>
        server.Api.PostAsync("auth/register", new { email, password = Api.Password, full_name = "Dana Levi" }, guest.AccessToken);

    private Task<long> CountAsync(SignedIn guest) =>
        server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE id = @id", ("id", guest.UserId));

    public sealed class Server : TestServer
    {
        public Server() => Settings["Registration:AllowAnonymous"] = "true";
    }
}
