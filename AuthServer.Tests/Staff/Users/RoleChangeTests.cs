using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

public sealed class RoleChangeTests(TwoServers server) : IClassFixture<TwoServers>
{
    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_change_refuses_the_old_tokens_on_every_replica_and_the_next_refresh_brings_the_new_roles()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);

        var record = await (await SetAsync(admin, person.UserId, """{"roles":["support","patient","support"]}""")).ShouldBeAsync(200);

        record["roles"]!.ToJsonString().Should().Be("""["patient","support"]""");
        await Eventually.TrueAsync(
            async () => (int)(await server.Other.GetAsync("auth/me", person.AccessToken)).StatusCode == 401,
            "a refusal on the other replica");
        await (await server.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);
        await Eventually.TrueAsync(
            async () => (int)(await server.Api.GetAsync("auth/me", person.AccessToken)).StatusCode == 401, "a refusal on this replica");
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        refreshed.Claims["role"]!.ToJsonString().Should().Be("""["patient","support"]""");
        (await server.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE type = 'user.roles_changed' AND subject_id = @id AND actor_id = @actor",
            ("id", person.UserId), ("actor", admin.UserId)))
            .Should().Be("roles: patient -> patient support");
    }

    [Fact]
    public async Task The_same_roles_again_change_nothing()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        await (await SetAsync(admin, person.UserId, """{"roles":["patient"]}""")).ShouldBeAsync(200);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        (await server.AuditedAsync("user.roles_changed", admin.UserId, person.UserId)).Should().Be(0);
    }

    [Fact]
    public async Task An_administrator_of_the_platform_adds_anybody_to_a_tenant_and_takes_them_out_again()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);

        var joined =
            await (await SetAsync(admin, person.UserId, $$"""{"roles":["admin","physician"],"tenant":"{{clinic.Slug}}"}""")).ShouldBeAsync(
                200);
        var signedIn = await server.Api.LoginAsync(person.Email);
        var left = await (await SetAsync(admin, person.UserId, $$"""{"roles":[],"tenant":"{{clinic.Slug}}"}""")).ShouldBeAsync(200);

        joined["memberships"]!
            .AsArray()
            .Select(membership => membership!["role"]!.GetValue<string>())
            .Should()
            .BeEquivalentTo("admin", "physician");
        joined["physician_id"].Should().NotBeNull("licences need something to be attached to");
        signedIn.Claims["tenant_role"]!.ToJsonString().Should().Be("""["admin"]""", "without a licence nobody is a physician");
        left["memberships"]!.AsArray().Should().BeEmpty();
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(signedIn.RefreshToken));
        refreshed.Claims.ContainsKey("tenant").Should().BeFalse();
        await (await server.Api.GetAsync("users", refreshed.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_tenants_administrator_sets_roles_at_the_own_tenant_of_people_within_reach_and_nothing_else()
    {
        var (ours, theirs) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var admin = await server.SignInAtAsync(ours.Id, Role.Admin);
        var shared = await server.SignInAtAsync(ours.Id, Role.Patient);
        await server.ProveMailboxAsync(shared);
        await server.JoinAsync(shared.UserId, theirs.Id, Role.Admin);
        var stranger = await server.SignInAtAsync(theirs.Id, Role.Patient);

        var changed =
            await (await SetAsync(admin, shared.UserId, $$"""{"roles":["support"],"tenant":"{{ours.Slug}}"}""")).ShouldBeAsync(200);
        await (await SetAsync(admin, shared.UserId, $$"""{"roles":[],"tenant":"{{theirs.Slug}}"}""")).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
        await (await SetAsync(admin, stranger.UserId, $$"""{"roles":["patient"],"tenant":"{{ours.Slug}}"}""")).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
        await (await SetAsync(admin, admin.UserId, """{"roles":["admin"]}""")).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await SetAsync(admin, shared.UserId, """{"roles":["admin"]}""")).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await SetAsync(admin, admin.UserId, $$"""{"roles":["patient"],"tenant":"{{ours.Slug}}"}""")).ShouldBeProblemAsync(
            ErrorCodes.OwnAccount);
        var left = await (await SetAsync(admin, shared.UserId, $$"""{"roles":[],"tenant":"{{ours.Slug}}"}""")).ShouldBeAsync(200);

        changed["memberships"]!.AsArray().Should().ContainSingle().Which!["role"]!.GetValue<string>().Should().Be("support");
        left["memberships"]!.AsArray().Should().BeEmpty();
        await (await server.Api.GetAsync($"users/{shared.UserId}", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        (await server.Database.QueryAsync<string>(
            "SELECT string_agg(role, ' ') FROM memberships WHERE user_id = @id", ("id", shared.UserId))).Should()
                .Be("admin", "the other tenant's is as it was");
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    public async Task Nobody_gets_power_before_the_mailbox_is_proven_and_whoever_has_it_may_keep_it(string role)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var clinicAdmin = await server.SignInAtAsync(clinic.Id, Role.Admin);
        var squatter = await server.SignInAtAsync(clinic.Id, Role.Patient);
        var holder = await server.SignInAtAsync(clinic.Id, role);
        var (everywhere, there) = ($$"""{"roles":["patient","{{role}}"]}""",
            $$"""{"roles":["patient","{{role}}"],"tenant":"{{clinic.Slug}}"}""");

        await (await SetAsync(admin, squatter.UserId, everywhere)).ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);
        await (await SetAsync(admin, squatter.UserId, there)).ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);
        await (await SetAsync(clinicAdmin, squatter.UserId, there)).ShouldBeProblemAsync(ErrorCodes.EmailNotVerified);
        await (await SetAsync(clinicAdmin, holder.UserId, there)).ShouldBeAsync(200);

        await (await server.Api.GetAsync("auth/me", squatter.AccessToken)).ShouldBeAsync(200);
        await server.ProveMailboxAsync(squatter);
        await (await SetAsync(clinicAdmin, squatter.UserId, there)).ShouldBeAsync(200);
        await (await SetAsync(admin, squatter.UserId, everywhere)).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("""{"roles":["root"]}""")]
    [InlineData("""{"roles":["administrator"]}""")]
    [InlineData("""{"roles":[""]}""")]
    [InlineData("""{"roles":[null]}""")]
    [InlineData("""{"roles":["admin "]}""")]
    [InlineData("""{"roles":["patient","patient","patient","patient","patient"]}""")]
    [InlineData("""{"roles":null}""")]
    [InlineData("""{}""")]
    public async Task A_role_that_does_not_exist_is_refused(string body)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();

        var problem = await (await SetAsync(admin, person.UserId, body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("roles");
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Many_who_set_one_persons_roles_at_once_leave_one_of_the_sets()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(number =>
            (number % 2 == 0 ? server.Api : server.Other).SendAsync(
                HttpMethod.Put, $"users/{person.UserId}/roles",
                number % 3 == 0 ? """{"roles":["patient","support"]}""" : """{"roles":["physician","support"]}""", admin.AccessToken)));

        answers.Select(answer => (int)answer.StatusCode).Should().AllBeEquivalentTo(200);
        (await server.Database.QueryAsync<string>(
            "SELECT string_agg(r.name, ' ' ORDER BY r.name) FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE user_id = @id",
            ("id", person.UserId)))
            .Should().BeOneOf("patient support", "physician support");
    }

    private Task<HttpResponseMessage> SetAsync(SignedIn staff, Guid person, string body) =>
        server.Api.SendAsync(HttpMethod.Put, $"users/{person}/roles", body, staff.AccessToken);
}
