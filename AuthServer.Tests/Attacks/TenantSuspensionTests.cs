using System.Diagnostics;
using System.Net;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>A suspended tenant's tokens are refused everywhere within a second; its people and their sessions remain.</summary>
public sealed class TenantSuspensionTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task Its_tokens_are_refused_elsewhere_within_a_second_and_its_people_go_on_without_it()
    {
        var (admin, clinic) = (await servers.SignInAsAsync(Role.Admin), await servers.OpenClinicAsync());
        var member = await servers.SignInAtAsync(Role.Support, clinic);
        await (await servers.Other.GetAsync("tenants", member.AccessToken)).ShouldBeAsync(200);

        var suspended =
            await (await servers.Api.PostAsync(
                $"tenants/{clinic.Id}/suspend", new { reason = "The contract has ended." }, admin.AccessToken)).ShouldBeAsync(200);
        await ShouldBeRefusedInTimeAsync(servers.Other, member);

        suspended["status"]!.GetValue<string>().Should().Be("suspended");
        await (await servers.Other.GetAsync("auth/me", member.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);
        var without = await SignedIn.ReadAsync(await servers.Other.RefreshAsync(member.RefreshToken));
        without.SessionId.Should().Be(member.SessionId);
        without.Claims.ContainsKey("tenant").Should().BeFalse();
        await (await servers.Other.GetAsync("auth/me", without.AccessToken)).ShouldBeAsync(200);
        await (await servers.Other.GetAsync("tenants", without.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await servers.Other.SwitchAsync(without, clinic.Slug)).ShouldBeProblemAsync(ErrorCodes.NotFound);

        await (await servers.Other.PostAsync(
            $"tenants/{clinic.Id}/reopen", new { reason = "It goes on." }, admin.AccessToken)).ShouldBeAsync(200);
        var back = await SignedIn.ReadAsync(await servers.Api.RefreshAsync(without.RefreshToken));

        back.SessionId.Should().Be(member.SessionId);
        back.Claims["tenant"]!.GetValue<Guid>().Should().Be(clinic.Id);
        foreach (var api in new[] { servers.Api, servers.Other })
        {
            await Eventually.TrueAsync(
                async () => (await api.GetAsync("tenants", back.AccessToken)).IsSuccessStatusCode, "a tenant that is open again");
        }

        (await AuditedAsync(clinic, "tenant.suspended")).Should().Be("The contract has ended.");
        (await AuditedAsync(clinic, "tenant.reopened")).Should().Be("It goes on.");
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Whoever_is_at_another_tenant_too_keeps_working_there()
    {
        var (admin, closing, open) = (await servers.SignInAsAsync(Role.Admin), await servers.OpenClinicAsync(),
            await servers.OpenClinicAsync());
        var (both, elsewhere) = (await servers.SignInAtAsync(Role.Admin, closing, open), await servers.SignInAtAsync(Role.Admin, open));
        var there = await SignedIn.ReadAsync(await servers.Api.SwitchAsync(await servers.Api.LoginAsync(both.Email), open.Slug));

        await (await servers.Api.PostAsync($"tenants/{closing.Id}/suspend", new { reason = "Because" }, admin.AccessToken)).ShouldBeAsync(
            200);
        await ShouldBeRefusedInTimeAsync(servers.Api, both);

        foreach (var person in new[] { there, elsewhere })
        {
            (await (await servers.Api.GetAsync("tenants", person.AccessToken)).ShouldBeAsync(200))["items"]![0]!["id"]!
                .GetValue<Guid>()
                .Should()
                .Be(open.Id);
            (await SignedIn.ReadAsync(await servers.Api.RefreshAsync(person.RefreshToken))).Claims["tenant"]!
                .GetValue<Guid>()
                .Should()
                .Be(open.Id);
        }

        (await servers.Api.LoginAsync(both.Email)).Claims["tenant"]!.GetValue<Guid>().Should().Be(open.Id);
    }

    [Fact]
    public async Task Nobody_suspends_twice_or_reopens_what_is_open()
    {
        var (admin, clinic) = (await servers.SignInAsAsync(Role.Admin), await servers.OpenClinicAsync());
        Task<HttpResponseMessage> SetAsync(Api api, string act) =>
            api.PostAsync($"tenants/{clinic.Id}/{act}", new { reason = "Because" }, admin.AccessToken);
        await (await SetAsync(servers.Api, "reopen")).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);

        foreach (var act in new[] { "suspend", "reopen" })
        {
            var answers =
                await Task.WhenAll(Enumerable.Range(0, 16).Select(number => SetAsync(number % 2 == 0 ? servers.Api : servers.Other, act)));
            answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(1);
            answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).Should().Be(15);
        }

        (await servers.Database.QueryAsync<long>("SELECT count(*) FROM revocations WHERE tenant_id = @id", ("id", clinic.Id))).Should()
            .Be(0);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"reason":" "}""")]
    [InlineData("""{"reason":"a\u0000b"}""")]
    [InlineData("""{"reason":7}""")]
    public async Task It_has_a_reason(string body)
    {
        var (admin, clinic) = (await servers.SignInAsAsync(Role.Admin), await servers.OpenClinicAsync());

        await (await servers.Api.PostAsync($"tenants/{clinic.Id}/suspend", body, admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        await (await servers.Api.PostAsync(
            $"tenants/{clinic.Id}/suspend", new { reason = new string('x', 501) }, admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_replica_that_missed_the_notices_catches_up_on_both()
    {
        var clinic = await servers.OpenClinicAsync();
        var member = await servers.SignInAtAsync(Role.Support, clinic);
        await (await servers.Other.GetAsync("auth/me", member.AccessToken)).ShouldBeAsync(200);

        // What the suspension writes, without the notification.
        await servers.Database.ExecuteAsync(
            "INSERT INTO revocations (tenant_id, created_at, expires_at) VALUES (@id, now(), now() + interval '11 minutes')",
            ("id", clinic.Id));
        await CutLinesAsync();
        await Eventually.TrueAsync(
            async () => (await servers.Other.GetAsync("auth/me", member.AccessToken)).StatusCode == HttpStatusCode.Unauthorized,
            "a refusal");
        await UntilLinesAreUpAsync();
        await (await servers.Other.GetAsync("auth/me", member.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);

        await servers.Database.ExecuteAsync("DELETE FROM revocations WHERE tenant_id = @id", ("id", clinic.Id));
        await CutLinesAsync();

        await Eventually.TrueAsync(
            async () => (await servers.Other.GetAsync("auth/me", member.AccessToken)).IsSuccessStatusCode,
            "a tenant that is open again");
    }

    [Fact]
    [Trait("ASVS", "7.4.1")]
    public async Task A_replica_that_starts_afterwards_knows_what_was_suspended_before()
    {
        var (admin, clinic) = (await servers.SignInAsAsync(Role.Admin), await servers.OpenClinicAsync());
        var member = await servers.SignInAtAsync(Role.Support, clinic);
        await (await servers.Api.PostAsync($"tenants/{clinic.Id}/suspend", new { reason = "Because" }, admin.AccessToken)).ShouldBeAsync(
            200);

        var late = servers.StartReplica();

        await (await late.GetAsync("auth/me", member.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_tenant_that_wants_proven_mailboxes_from_now_on_is_left_by_those_who_have_none()
    {
        var clinic = await servers.OpenClinicAsync(new { self_registration = true });
        var (admin, unproven) = (await servers.SignInAtAsync(Role.Admin, clinic),
            await servers.Api.RegisterAsync(more: new { tenant = clinic.Slug }));
        unproven.Claims["tenant"]!.GetValue<Guid>().Should().Be(clinic.Id);

        await (await servers.Api.SendAsync(
            HttpMethod.Patch, $"tenants/{clinic.Id}",
            new { settings = new { require_verified_email = true, session_idle_minutes = 5, session_absolute_minutes = 60 } },
            admin.AccessToken)).ShouldBeAsync(200);

        await ShouldBeRefusedInTimeAsync(servers.Other, unproven);
        (await SignedIn.ReadAsync(await servers.Other.RefreshAsync(unproven.RefreshToken))).Claims.ContainsKey("tenant").Should().BeFalse();
        // Their token would have outlived the shorter session; the next one does not.
        await ShouldBeRefusedInTimeAsync(servers.Other, admin);
        var renewed = await SignedIn.ReadAsync(await servers.Other.RefreshAsync(admin.RefreshToken));
        renewed.ExpiresIn.Should().Be(300);
        await (await servers.Other.GetAsync("tenants", renewed.AccessToken)).ShouldBeAsync(200);
        (await servers.Database.QueryAsync<bool>(
            "SELECT bool_and(idle_timeout = interval '5 minutes' AND expires_at = created_at + interval '60 minutes') FROM sessions "
                + "WHERE id = ANY (@ids)",
            ("ids", new[] { admin.SessionId, unproven.SessionId }))).Should().BeTrue();
    }

    private static async Task ShouldBeRefusedInTimeAsync(Api api, SignedIn person)
    {
        var clock = Stopwatch.StartNew();
        while ((await api.PostAsync("auth/verify", bearer: person.AccessToken)).StatusCode != HttpStatusCode.Unauthorized)
        {
            clock.Elapsed.Should().BeLessThan(Promise);
            await Task.Delay(20);
        }
    }

    private Task<string> AuditedAsync(Clinic clinic, string type) =>
        servers.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE tenant_id = @id AND type = @type", ("id", clinic.Id), ("type", type));

    private Task<object?> CutLinesAsync() => servers.Database.BySuperuserAsync(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{0}' AND application_name = 'AuthServer listener'");

    private Task UntilLinesAreUpAsync() => Eventually.TrueAsync(async () =>
        (await (await servers.Other.GetAsync(
            "/health/ready")).ReadJsonAsync())!["checks"]!["revocations"]!["status"]!.GetValue<string>() == "healthy", "a line");
}
