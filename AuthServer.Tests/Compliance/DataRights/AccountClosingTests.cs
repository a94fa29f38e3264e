using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Compliance.DataRights;

public sealed class AccountClosingTests(AccountClosingTests.Server server) : IClassFixture<AccountClosingTests.Server>
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(14);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Whoever_asks_is_told_when_it_will_be_and_what_is_kept_and_is_signed_out_everywhere()
    {
        var person = await ProvenAsync();
        var other = await server.Api.LoginAsync(person.Email);

        var answer = await (await EraseAsync(person)).ShouldBeAsync(202);

        answer["erasure_due_at"]!.GetValue<DateTimeOffset>().Should().Be(server.Clock.GetUtcNow() + Grace);
        answer["kept"]!
            .AsArray()
            .Should()
            .HaveCount(3).And
            .AllSatisfy(
                kept => (kept!["what"]!.GetValue<string>().Length > 10 && kept["why"]!.GetValue<string>().Length > 10).Should().BeTrue());
        foreach (var session in new[] { person, other })
        {
            await (await server.Api.GetAsync("auth/me", session.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
            await (await server.Api.RefreshAsync(session.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        }

        (await AuditedAsync("user.erasure_requested", person, "success")).Should().Be(1);
        var mail = (await server.MailsAsync(MailKinds.ErasureRequested, person.Email)).Should().ContainSingle().Subject;
        mail.Text.Should().Contain("sign in before then");
    }

    [Fact]
    public async Task Signing_in_until_the_last_second_keeps_the_account()
    {
        var person = await ProvenAsync();
        await (await EraseAsync(person)).ShouldBeAsync(202);
        server.Clock.Advance(Grace - Second);
        await RunDutyAsync();

        var back = await server.Api.LoginAsync(person.Email);

        back.UserId.Should().Be(person.UserId);
        (await AuditedAsync("user.erasure_undone", person, "success")).Should().Be(1);
        (await server.MailsAsync(MailKinds.ErasureUndone, person.Email)).Should().ContainSingle();
        server.Clock.Advance(Grace);
        await RunDutyAsync();
        await server.Api.LoginAsync(person.Email);
        (await AuditedAsync("user.erasure_undone", person, "success")).Should().Be(1);
    }

    [Fact]
    public async Task From_that_second_on_nobody_signs_in_whether_or_not_the_server_has_come_to_it()
    {
        var person = await ProvenAsync();
        await (await EraseAsync(person)).ShouldBeAsync(202);
        server.Clock.Advance(Grace);

        await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        await RunDutyAsync();

        await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE id = @id", ("id", person.UserId))).Should().Be(0);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE actor_id = @id OR subject_id = @id", ("id", person.UserId))).Should().Be(0);
    }

    [Fact]
    public async Task A_wrong_password_does_not_undo_it_and_a_new_one_does_when_it_is_used()
    {
        var person = await ProvenAsync();
        await (await EraseAsync(person)).ShouldBeAsync(202);
        await server.Api.PostAsync("auth/login", new { email = person.Email, password = "not the password" });
        (await IsDueAsync(person)).Should().BeTrue();

        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email });
        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, person.Email);
        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token, new_password = "another long phrase of mine" })).ShouldBeAsync(204);
        (await IsDueAsync(person)).Should().BeTrue();
        await server.Api.LoginAsync(person.Email, "another long phrase of mine");

        (await IsDueAsync(person)).Should().BeFalse();
    }

    [Fact]
    public async Task What_was_mailed_before_opens_nothing()
    {
        var person = await ProvenAsync();
        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = Api.NewEmail(), current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(
                202);
        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email });
        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, person.Email);

        await (await EraseAsync(person)).ShouldBeAsync(202);

        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token, new_password = "another long phrase of mine" })).ShouldBeProblemAsync(
                ErrorCodes.InvalidOrExpiredToken);
        (await server.Database.QueryAsync<bool>("SELECT pending_email IS NULL FROM users WHERE id = @id", ("id", person.UserId))).Should()
            .BeTrue();
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task Without_the_password_nothing_happens()
    {
        var person = await ProvenAsync();

        (await (await EraseAsync(person, "{}")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed))["errors"]!["password"].Should()
            .NotBeNull();
        (await (await server.Api.SendAsync(HttpMethod.Delete, "users/me", bearer: person.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed))["errors"]!["password"].Should().NotBeNull();
        (await (await EraseAsync(person, """{"password":"not the password"}""")).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed))["errors"]!["password"].Should().NotBeNull();

        (await IsDueAsync(person)).Should().BeFalse();
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        (await AuditedAsync("user.erasure_requested", person, "failure")).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_stolen_session_is_no_place_to_guess_at_the_password()
    {
        var person = await ProvenAsync();
        for (var guess = 0; guess < 5; guess++)
        {
            await EraseAsync(person, """{"password":"not the password"}""");
        }

        await (await EraseAsync(person)).ShouldBeProblemAsync(ErrorCodes.LockedOut);
    }

    [Fact]
    public async Task Staff_see_that_it_is_due_and_switching_the_account_off_and_on_does_not_undo_it()
    {
        var (person, admin) = (await ProvenAsync(), await server.SignInAsAsync(Role.Admin));
        await (await EraseAsync(person)).ShouldBeAsync(202);

        await (await server.Api.PostAsync(
            $"users/{person.UserId}/disable", new { reason = "Asked for." }, admin.AccessToken)).ShouldBeAsync(200);
        var record = await (await server.Api.PostAsync($"users/{person.UserId}/enable", null, admin.AccessToken)).ShouldBeAsync(200);

        record["erasure_due_at"]!.GetValue<DateTimeOffset>().Should().Be(server.Clock.GetUtcNow() + Grace);
    }

    [Fact]
    public async Task A_disabled_account_cannot_be_kept_by_signing_in()
    {
        var (person, admin) = (await ProvenAsync(), await server.SignInAsAsync(Role.Admin));
        await (await EraseAsync(person)).ShouldBeAsync(202);
        await (await server.Api.PostAsync(
            $"users/{person.UserId}/disable", new { reason = "Asked for." }, admin.AccessToken)).ShouldBeAsync(200);

        await (await LoginAsync(person)).ShouldBeProblemAsync(ErrorCodes.AccountDisabled);

        (await IsDueAsync(person)).Should().BeTrue();
    }

    [Fact]
    public async Task An_account_that_cannot_be_erased_stops_no_other()
    {
        var (stuck, free) = (await ProvenAsync(), await ProvenAsync());
        await EraseAsync(stuck);
        await EraseAsync(free);
        await server.Database.ExecuteAsync($"""
            CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF OLD.id = '{stuck.UserId}' THEN RAISE EXCEPTION 'stuck'; END IF; RETURN OLD; END $$;
            CREATE TRIGGER refuse_deletion BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
            """);
        server.Clock.Advance(Grace);

        await RunDutyAsync();
        await server.Database.ExecuteAsync("DROP TRIGGER refuse_deletion ON users; DROP FUNCTION refuse_deletion()");

        (await CountAsync(stuck), await CountAsync(free)).Should().Be((1, 0));
        server.Logs.Lines.Should().Contain(line => line.Contains(stuck.UserId.ToString(), StringComparison.Ordinal));
        await RunDutyAsync();
        (await CountAsync(stuck)).Should().Be(0);
    }

    [Fact]
    public async Task Replicas_that_erase_at_once_erase_each_account_once()
    {
        var people = new List<SignedIn>();
        for (var count = 0; count < 12; count++)
        {
            people.Add(await server.Api.RegisterAsync());
            await (await EraseAsync(people[^1])).ShouldBeAsync(202);
        }

        server.Clock.Advance(Grace);
        var before = await ErasedAsync();

        var erased = await Task.WhenAll(RunDutyAsync(), RunDutyAsync(), RunDutyAsync());

        (await ErasedAsync() - before).Should().Be(12);
        erased.Sum().Should().Be(12);
        foreach (var person in people)
        {
            (await CountAsync(person)).Should().Be(0);
        }

        Task<long> ErasedAsync() => server.Database.QueryAsync<long>("SELECT count(*) FROM audit_events WHERE type = 'user.erased'");
    }

    [Theory]
    [InlineData("""{"password":1}""")]
    [InlineData("""{"password":"a","password":"b"}""")]
    [InlineData("""{"user_id":"0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f","password":"correct horse battery"}""")]
    [InlineData("[]")]
    [InlineData("{\"password\":\"a\\u0000b\"}")]
    public async Task A_body_that_is_not_what_is_asked_for_erases_nobody(string body)
    {
        var person = await server.Api.RegisterAsync();

        ((int)(await EraseAsync(person, body)).StatusCode).Should().Be(400);

        (await IsDueAsync(person)).Should().BeFalse();
    }

    private async Task<SignedIn> ProvenAsync()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        return person;
    }

    private Task<HttpResponseMessage> EraseAsync(SignedIn person, string? body = null) =>
        server.Api.SendAsync(HttpMethod.Delete, "users/me", body ?? $$"""{"password":"{{Api.Password}}"}""", person.AccessToken);

    private Task<HttpResponseMessage> LoginAsync(SignedIn person) =>
        server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password });

    private Task<int> RunDutyAsync() => server.Services.GetRequiredService<ErasureJob>().RunAsync(CancellationToken.None);

    private Task<bool> IsDueAsync(SignedIn person) =>
        server.Database.QueryAsync<bool>("SELECT erasure_due_at IS NOT NULL FROM users WHERE id = @id", ("id", person.UserId));

    private Task<long> CountAsync(SignedIn person) =>
        server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE id = @id", ("id", person.UserId));

    private Task<long> AuditedAsync(string type, SignedIn person, string outcome) => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND actor_id = @id AND subject_id = @id AND outcome = @outcome", ("type",
            type), ("id", person.UserId), ("outcome", outcome));

    public sealed class Server : StoppedServer;
}
