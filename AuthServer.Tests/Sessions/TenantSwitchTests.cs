using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class TenantSwitchTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task The_session_goes_on_at_another_of_ones_own_tenants_and_at_none()
    {
        var (first, second) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var person = await server.SignInAtAsync(Role.Support, first, second);
        person.Claims["tenant"]!.GetValue<Guid>().Should().Be(first.Id);

        var switched = await SignedIn.ReadAsync(await server.Api.SwitchAsync(person, second.Slug));
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(switched.RefreshToken));
        var none = await SignedIn.ReadAsync(await server.Api.SwitchAsync(refreshed, null));

        switched.SessionId.Should().Be(person.SessionId);
        switched.RefreshToken.Should().NotBe(person.RefreshToken);
        switched.Claims["tenant"]!.GetValue<Guid>().Should().Be(second.Id);
        switched.Claims["tenant_role"]!.ToJsonString().Should().Be("""["support"]""");
        refreshed.Claims["tenant"]!.GetValue<Guid>().Should().Be(second.Id);
        none.Claims.ContainsKey("tenant").Should().BeFalse();
        none.Claims.ContainsKey("tenant_role").Should().BeFalse();
        (await (await server.Api.GetAsync("auth/me", switched.AccessToken)).ShouldBeAsync(200))["tenant"]!["slug"]!
            .GetValue<string>()
            .Should()
            .Be(second.Slug);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'session.tenant_switched' AND actor_id = @id AND subject_id = @id AND "
                + "session_id = @session", ("id", person.UserId), ("session", person.SessionId))).Should().Be(2);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'session.tenant_switched' AND tenant_id = @tenant", ("tenant", second.Id)))
                .Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Where_one_is_nobody_there_is_no_tenant_and_the_session_stays_where_it_was()
    {
        var (own, foreign, closed) = (await server.OpenClinicAsync(), await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var person = await server.SignInAtAsync(Role.Patient, own, closed);
        await server.Database.ExecuteAsync("UPDATE tenants SET status = 'suspended' WHERE id = @id", ("id", closed.Id));

        foreach (var slug in new[]
        {
            foreign.Slug,
            closed.Slug,
            "no-such-clinic",
            "",
            "%",
            own.Slug.ToUpperInvariant(),
            "' OR '1'='1",
            $" {own.Slug}"
        })
        {
            await (await server.Api.SwitchAsync(person, slug)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        }

        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        refreshed.Claims["tenant"]!.GetValue<Guid>().Should().Be(own.Id);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Not_even_an_administrator_of_the_platform_goes_where_they_are_nobody()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await server.Api.SwitchAsync(admin, clinic.Slug)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    [Theory]
    [InlineData("{}", "tenant")]
    [InlineData("""{"tenant":7}""", "tenant")]
    [InlineData("""{"tenant":["a"]}""", "tenant")]
    [InlineData("""{"tenant":"a\u0000b"}""", "tenant")]
    public async Task The_tenant_has_to_be_said(string body, string field)
    {
        var person = await server.Api.RegisterAsync();

        var problem =
            await (await server.Api.PostAsync("auth/switch-tenant", body, person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        await (await server.Api.SwitchAsync(person, new string('x', 10_000))).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        await (await server.Api.PostAsync("auth/switch-tenant", body)).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    public async Task The_refresh_token_from_before_is_the_parent_now()
    {
        var (first, second) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var person = await server.SignInAtAsync(Role.Patient, first, second);
        var switched = await SignedIn.ReadAsync(await server.Api.SwitchAsync(person, second.Slug));

        server.Clock.Advance(Window);
        var again = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        server.Clock.Advance(TimeSpan.FromSeconds(1));

        again.RefreshToken.Should().Be(switched.RefreshToken);
        again.Claims["tenant"]!.GetValue<Guid>().Should().Be(second.Id);
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.RefreshTokenReused);
        await (await server.Api.SwitchAsync(switched, first.Slug)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    public async Task An_access_token_of_before_the_last_refresh_moves_nothing()
    {
        var (first, second) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var person = await server.SignInAtAsync(Role.Patient, first, second);
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        server.Clock.Advance(Window + TimeSpan.FromSeconds(1));

        await (await server.Api.SwitchAsync(person, second.Slug)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);

        var last = await SignedIn.ReadAsync(await server.Api.RefreshAsync(refreshed.RefreshToken));
        last.Claims["tenant"]!.GetValue<Guid>().Should().Be(first.Id);
        await (await server.Api.SwitchAsync(last, second.Slug)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task The_old_access_token_is_good_until_it_expires()
    {
        var (first, second) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var person = await server.SignInAtAsync(Role.Patient, first, second);
        await (await server.Api.SwitchAsync(person, second.Slug)).ShouldBeAsync(200);

        (await (await server.Api.PostAsync("auth/verify", bearer: person.AccessToken)).ShouldBeAsync(200))["tenant"]!
            .GetValue<Guid>()
            .Should()
            .Be(first.Id);
    }

    [Fact]
    public async Task A_tenant_that_wants_proven_mailboxes_is_reached_with_one()
    {
        var clinic = await server.OpenClinicAsync(new { require_verified_email = true });
        var person = await server.Api.RegisterAsync();
        await server.JoinAsync(person.UserId, clinic, Role.Admin);

        var unproven = await server.Api.LoginAsync(person.Email);
        await (await server.Api.SwitchAsync(unproven, clinic.Slug)).ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);
        await server.ProveMailboxAsync(person);
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(unproven.RefreshToken));

        unproven.Claims.ContainsKey("tenant").Should().BeFalse();
        unproven.Claims.ContainsKey("tenant_role").Should().BeFalse();
        await (await server.Api.GetAsync("tenants", unproven.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        refreshed.Claims["tenant"]!.GetValue<Guid>().Should().Be(clinic.Id);
        // A session opened without a role does not keep a patient's limits when the person turns out to be staff.
        server.Clock.Advance(TimeSpan.FromHours(1));
        await (await server.Api.RefreshAsync(refreshed.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Fact]
    [Trait("ASVS", "7.3.1")]
    public async Task A_sessions_limits_are_the_shortest_of_roles_and_tenant()
    {
        var clinic = await server.OpenClinicAsync(new { session_idle_minutes = 5, session_absolute_minutes = 8 });
        var longer = await server.OpenClinicAsync(new { session_idle_minutes = 500_000, session_absolute_minutes = 500_000 });
        var (patient, admin) = (await server.SignInAtAsync(Role.Patient, clinic), await server.SignInAtAsync(Role.Admin, longer));

        (await LimitsAsync(patient)).Should().Be((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(8)));
        (await LimitsAsync(admin)).Should().Be((TimeSpan.FromHours(1), TimeSpan.FromHours(12)));
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        await (await server.Api.RefreshAsync(patient.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Theory]
    [Trait("ASVS", "7.3.1")]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    public async Task No_tenant_cuts_the_sessions_of_who_works_for_the_platform_until_they_switch_to_it(string role)
    {
        var clinic = await server.OpenClinicAsync(new { session_idle_minutes = 5, session_absolute_minutes = 60 });
        var staff = await server.SignInAsAsync(role);
        var usual = await LimitsAsync(staff);
        await server.JoinAsync(staff.UserId, clinic, Role.Patient);

        var again = await server.Api.LoginAsync(staff.Email);
        var atSignIn = await LimitsAsync(again);
        var there = await SignedIn.ReadAsync(await server.Api.SwitchAsync(again, clinic.Slug));

        (again.Claims.ContainsKey("tenant"), atSignIn).Should().Be((false, usual));
        (there.Claims["tenant"]!.GetValue<Guid>(), await LimitsAsync(there)).Should()
            .Be((clinic.Id, (TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(60))));
    }

    [Fact]
    [Trait("ASVS", "7.3.2")]
    public async Task A_switch_shortens_what_is_left_and_never_prolongs_it()
    {
        var (plain, strict) = (await server.OpenClinicAsync(),
            await server.OpenClinicAsync(new { session_idle_minutes = 20, session_absolute_minutes = 60 }));
        var person = await server.SignInAtAsync(Role.Patient, plain, strict);
        var before = await LimitsAsync(person);
        server.Clock.Advance(TimeSpan.FromMinutes(5));

        var there = await SignedIn.ReadAsync(await server.Api.SwitchAsync(person, strict.Slug));
        var atStrict = await LimitsAsync(person);
        await (await server.Api.SwitchAsync(there, plain.Slug)).ShouldBeAsync(200);

        before.Should().Be((TimeSpan.FromDays(30), TimeSpan.FromDays(90)));
        atStrict.Should().Be((TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(60)));
        (await LimitsAsync(person)).Should().Be(atStrict);
    }

    [Fact]
    [Trait("ASVS", "7.3.2")]
    public async Task A_session_that_is_too_old_for_a_tenant_has_to_be_a_new_one()
    {
        var (plain, staffed) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var person = await server.SignInAtAsync(Role.Patient, plain);
        await server.JoinAsync(person.UserId, staffed, Role.Admin);
        server.Clock.Advance(TimeSpan.FromDays(1));
        var old = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));

        await (await server.Api.SwitchAsync(old, staffed.Slug)).ShouldBeProblemAsync(ErrorCodes.ReauthenticationRequired);

        await (await server.Api.RefreshAsync(old.RefreshToken)).ShouldBeAsync(200);
        var fresh = await server.Api.LoginAsync(person.Email);
        await (await server.Api.SwitchAsync(fresh, staffed.Slug)).ShouldBeAsync(200);
        (await LimitsAsync(fresh)).Should().Be((TimeSpan.FromHours(1), TimeSpan.FromHours(12)));
    }

    private async Task<(TimeSpan Idle, TimeSpan Absolute)> LimitsAsync(SignedIn person) => (
        await server.Database.QueryAsync<TimeSpan>("SELECT idle_timeout FROM sessions WHERE id = @id", ("id", person.SessionId)),
        await server.Database.QueryAsync<TimeSpan>(
            "SELECT justify_interval(interval '0') + make_interval(secs => extract(epoch FROM expires_at - created_at)) FROM sessions "
                + "WHERE id = @id",
            ("id", person.SessionId)));
}
