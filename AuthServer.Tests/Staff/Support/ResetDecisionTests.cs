using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

public sealed class ResetDecisionTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Theory]
    [InlineData(Role.Support)]
    [InlineData(Role.Admin)]
    [Trait("ASVS", "6.4.6")]
    public async Task When_a_second_person_agrees_the_link_reaches_the_mailbox_and_sets_the_password(string role)
    {
        var (support, second, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(role),
            await server.SignInAsAsync(Role.Physician));
        var id = await server.AwaitApprovalAsync(support, person);

        var record = await (await server.DecideAsync(second, id, body: new { reason = "Called back" })).ShouldBeAsync(200);

        record["state"]!.GetValue<string>().Should().Be("approved");
        record["asked_by"]!["id"]!.GetValue<Guid>().Should().Be(support.UserId);
        record["decided_by"]!["id"]!.GetValue<Guid>().Should().Be(second.UserId);
        record["decided_at"]!.GetValue<DateTimeOffset>().Should().Be(server.Clock.GetUtcNow());
        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, person.Email);
        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token, new_password = "a longer phrase of mine" })).ShouldBeAsync(204);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        (await server.Api.LoginAsync(person.Email, "a longer phrase of mine")).UserId.Should().Be(person.UserId);
        (await server.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE type = 'password_reset.approved' AND subject_id = @id AND actor_id = @actor",
            ("id", person.UserId), ("actor", second.UserId)))
            .Should().Be("Called back");
    }

    [Fact]
    public async Task When_a_second_person_declines_nothing_is_sent()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);

        (await (await server.DecideAsync(second, id, "decline")).ShouldBeAsync(200))["state"]!.GetValue<string>().Should().Be("declined");

        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
        (await server.AuditedAsync("password_reset.declined", person)).Should().Be(1);
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("decline")]
    [Trait("ASVS", "8.2.1")]
    public async Task Neither_who_asked_nor_whom_it_is_about_decides_and_the_attempt_is_on_record(string verdict)
    {
        var (support, _, admin) = await PeopleAsync(Role.Admin);
        var id = await server.AwaitApprovalAsync(support, admin);

        await (await server.DecideAsync(support, id, verdict)).ShouldBeProblemAsync(ErrorCodes.OwnRequest);
        await (await server.DecideAsync(admin, id, verdict)).ShouldBeProblemAsync(ErrorCodes.Forbidden);

        (await server.AuditedAsync("staff.refused", admin, "failure")).Should().Be(2);
        (await server.OwedAsync(MailKinds.ResetPassword, admin)).Should().Be(0);
        (await StateAsync(id)).Should().Be("pending");
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Who_asked_as_support_does_not_decide_as_administrator_either()
    {
        var (support, _, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);
        await server.Database.ExecuteAsync("UPDATE user_roles SET role_id = @admin WHERE user_id = @id AND role_id = @support",
            ("id", support.UserId), ("admin", Role.IdOf(Role.Admin)), ("support", Role.IdOf(Role.Support)));

        await (await server.DecideAsync(await server.Api.LoginAsync(support.Email), id)).ShouldBeProblemAsync(ErrorCodes.OwnRequest);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task What_a_tenants_support_asked_for_is_decided_there_or_by_the_platforms_staff()
    {
        var (clinic, other) = ((await server.OpenClinicAsync()).Id, (await server.OpenClinicAsync()).Id);
        var support = await server.SignInAtAsync(clinic, Role.Support);
        var person = await server.SignInAtAsync(clinic, Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);

        foreach (var role in new[] { Role.Support, Role.Admin })
        {
            await (await server.DecideAsync(await server.SignInAtAsync(other, role), id)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        }

        await (await server.DecideAsync(await server.SignInAtAsync(clinic, Role.Support), id)).ShouldBeAsync(200);
        foreach (var role in new[] { Role.Support, Role.Admin })
        {
            server.Clock.Advance(TimeSpan.FromMinutes(2));
            var again = await server.AwaitApprovalAsync(support, person);
            await (await server.DecideAsync(await server.SignInAsAsync(role), again)).ShouldBeAsync(200);
        }

        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(3);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task What_the_platforms_support_asked_for_is_not_there_for_a_tenant()
    {
        var clinic = (await server.OpenClinicAsync()).Id;
        var id =
            await server.AwaitApprovalAsync(await server.SignInAsAsync(Role.Support), await server.SignInAtAsync(clinic, Role.Physician));

        await (await server.DecideAsync(await server.SignInAtAsync(clinic, Role.Admin), id)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_request_for_somebody_who_has_left_the_tenant_is_not_there_any_more()
    {
        var clinic = (await server.OpenClinicAsync()).Id;
        var (support, admin, person) = (await server.SignInAtAsync(clinic, Role.Support),
            await server.SignInAtAsync(clinic, Role.Admin), await server.SignInAtAsync(clinic, Role.Physician));
        var id = await server.AwaitApprovalAsync(support, person);
        await server.Database.ExecuteAsync("DELETE FROM memberships WHERE user_id = @id", ("id", person.UserId));

        await (await server.DecideAsync(admin, id)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        (await server.ListResetsAsync(admin))["total"]!.GetValue<int>().Should().Be(0);
    }

    [Fact]
    public async Task After_an_hour_it_is_too_late()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);

        server.Clock.Advance(TimeSpan.FromHours(1));
        second = await server.Api.LoginAsync(second.Email);

        await (await server.DecideAsync(second, id)).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        await (await server.DecideAsync(second, id, "decline")).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
        (await server.AwaitApprovalAsync(await server.Api.LoginAsync(support.Email), person)).Should().NotBe(id);
    }

    [Fact]
    public async Task A_second_before_the_hour_is_over_it_is_not()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);

        server.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));

        await (await server.DecideAsync(await server.Api.LoginAsync(second.Email), id)).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("approve", "approve")]
    [InlineData("approve", "decline")]
    [InlineData("decline", "approve")]
    public async Task A_decision_is_made_once(string first, string then)
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);
        await (await server.DecideAsync(second, id, first)).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        await (await server.DecideAsync(second, id, then)).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);

        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(first == "approve" ? 1 : 0);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_many_who_decide_at_once_exactly_one_does()
    {
        var (support, second, person) = await PeopleAsync(Role.Admin);
        var third = await server.SignInAsAsync(Role.Admin);
        var id = await server.AwaitApprovalAsync(support, person);

        var answers =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 9).Select(turn => server.DecideAsync(turn % 2 == 0 ? second : third, id, turn % 3 == 2 ? "decline" : "approve")));

        var winner = answers.Should().ContainSingle(answer => answer.IsSuccessStatusCode).Subject;
        answers.Where(answer => answer != winner).Should().OnlyContain(answer => (int)answer.StatusCode == 409);
        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(await StateAsync(id) == "approved" ? 1 : 0);
        (await server.AuditedAsync("password_reset.approved", person)
            + await server.AuditedAsync("password_reset.declined", person)).Should().Be(1);
    }

    [Fact]
    public async Task Nothing_is_sent_to_who_was_switched_off_or_deleted_meanwhile()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var (disabled, deleted) = (await server.AwaitApprovalAsync(support, person),
            await server.AwaitApprovalAsync(support, await server.SignInAtAsync((await server.OpenClinicAsync()).Id, Role.Physician)));
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", person.UserId));
        await server.Database.ExecuteAsync(
            "DELETE FROM users WHERE id = (SELECT user_id FROM assisted_resets WHERE id = @id)", ("id", deleted));

        await (await server.DecideAsync(second, disabled)).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
        await (await server.DecideAsync(second, deleted)).ShouldBeProblemAsync(ErrorCodes.NotFound);

        (await server.OwedAsync(MailKinds.ResetPassword, person)).Should().Be(0);
        (await (await server.DecideAsync(second, disabled, "decline")).ShouldBeAsync(200))["state"]!
            .GetValue<string>()
            .Should()
            .Be("declined");
    }

    [Fact]
    public async Task Who_has_become_support_meanwhile_is_not_helped_by_support_any_more()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);
        await server.Database.ExecuteAsync(
            "INSERT INTO user_roles (user_id, role_id) VALUES (@id, @role)", ("id", person.UserId), ("role", Role.IdOf(Role.Support)));

        await (await server.DecideAsync(second, id)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await server.DecideAsync(await server.SignInAsAsync(Role.Admin), id)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Where_the_limit_swallows_the_mail_the_request_goes_on_waiting()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);
        await server.Api.PostAsync("auth/password/reset/request", new { email = person.Email });

        var early = await server.DecideAsync(second, id);
        await early.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        early.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        (await StateAsync(id)).Should().Be("pending");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await server.DecideAsync(second, id)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task An_id_of_another_kind_is_no_request()
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);

        foreach (var other in new[]
        {
            id.ToString("N"),
            id.ToString("B"),
            person.UserId.ToString(),
            Guid.Empty.ToString(),
            "1",
            "%25",
            "'"
        })
        {
            await (await server.DecideAsync(second, other)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        }
    }

    [Theory]
    [InlineData("""{"reason":"why\u0000not"}""")]
    [InlineData("""{"reason":"no"}""")]
    [InlineData("""{"state":"approved"}""")]
    public async Task A_body_that_is_not_acceptable_decides_nothing(string body)
    {
        var (support, second, person) = await PeopleAsync(Role.Physician);
        var id = await server.AwaitApprovalAsync(support, person);

        var response = await server.Api.PostAsync($"password-resets/{id}/approve", body, second.AccessToken);

        ((int)response.StatusCode).Should().Be(400);
        (await StateAsync(id)).Should().Be("pending");
    }

    private Task<string> StateAsync(Guid id) =>
        server.Database.QueryAsync<string>("SELECT state FROM assisted_resets WHERE id = @id", ("id", id));

    private async Task<(SignedIn Support, SignedIn Second, SignedIn Person)> PeopleAsync(string role) =>
        (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(role));
}
