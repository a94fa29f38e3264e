using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

public sealed class UnlockTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly object Reason = new { reason = "Mistyped it" };

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task Unlocking_lifts_the_locks_of_the_address_and_of_the_user_name()
    {
        var support = await server.SignInAsAsync(Role.Support);
        var person = await server.Api.RegisterAsync(more: new { username = "locked.out" });
        await LockAsync(person.Email);
        await LockAsync("locked.out");

        await (await UnlockAsync(support, person, new { reason = "Mistyped it" })).ShouldBeAsync(204);

        (await server.Api.LoginAsync("locked.out")).UserId.Should().Be(person.UserId);
        (await server.Api.LoginAsync(person.Email)).UserId.Should().Be(person.UserId);
        (await server.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE type = 'user.unlocked' AND subject_id = @id AND actor_id = @actor",
            ("id", person.UserId), ("actor", support.UserId)))
            .Should().Be("Mistyped it");
    }

    [Fact]
    public async Task Opening_tells_until_when_somebody_is_locked_out()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        await LockAsync(person.Email);

        var opened =
            await (await server.Api.PostAsync(
                $"users/{person.UserId}/open", new { reason = "Cannot sign in" }, support.AccessToken)).ShouldBeAsync(200);

        opened["is_locked"]!.GetValue<bool>().Should().BeTrue();
        opened["locked_until"]!
            .GetValue<DateTimeOffset>()
            .Should()
            .BeCloseTo(server.Clock.GetUtcNow().AddMinutes(5), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_lock_on_somebody_else_stays()
    {
        var (support, person, other) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync(),
            await server.Api.RegisterAsync());
        await LockAsync(other.Email);

        await (await UnlockAsync(support, person, Reason)).ShouldBeAsync(204);

        await (await server.Api.PostAsync("auth/login", new { email = other.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);
    }

    [Theory]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_unlocks_no_staff(string role)
    {
        var (support, colleague) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(role));
        await LockAsync(colleague.Email);

        await (await UnlockAsync(support, colleague, Reason)).ShouldBeProblemAsync(ErrorCodes.Forbidden);

        await (await server.Api.PostAsync("auth/login", new { email = colleague.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);
        (await server.AuditedAsync("staff.refused", colleague, "failure")).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Staff_of_a_tenant_do_not_help_who_works_for_the_platform()
    {
        var clinic = (await server.OpenClinicAsync()).Id;
        var platform = await server.SignInAsAsync(Role.Support);
        await server.JoinAsync(platform.UserId, clinic, Role.Patient);

        foreach (var role in new[] { Role.Support, Role.Admin })
        {
            await (await UnlockAsync(await server.SignInAtAsync(clinic, role), platform, Reason)).ShouldBeProblemAsync(
                ErrorCodes.BeyondTenant);
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task After_unlocking_the_next_lock_lasts_as_long_as_it_would_have()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        foreach (var minutes in new[] { 5, 15, 60, 60 })
        {
            await LockAsync(person.Email);
            (await LockedUntilAsync(support, person))!
                .GetValue<DateTimeOffset>()
                .Should()
                .BeCloseTo(server.Clock.GetUtcNow().AddMinutes(minutes), TimeSpan.FromMinutes(1));
            await (await UnlockAsync(support, person, Reason)).ShouldBeAsync(204);
            (await LockedUntilAsync(support, person)).Should().BeNull();
        }
    }

    [Fact]
    public async Task Unlocking_forgives_the_failures_that_have_set_no_lock_yet()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        await GuessAsync(person.Email, 4);

        await (await UnlockAsync(support, person, Reason)).ShouldBeAsync(204);
        await GuessAsync(person.Email, 4);

        (await server.Api.LoginAsync(person.Email)).UserId.Should().Be(person.UserId);
    }

    [Theory]
    [Trait("ASVS", "16.2.1")]
    [InlineData(null)]
    [InlineData("""{"reason":" "}""")]
    [InlineData("""{"reason":"no"}""")]
    public async Task Support_tells_a_reason_to_unlock(string? body)
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        await LockAsync(person.Email);

        var problem = await (await UnlockAsync(support, person, body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("reason");
        (await LockedUntilAsync(support, person)).Should().NotBeNull();
    }

    [Fact]
    public async Task An_administrator_needs_no_reason_to_unlock()
    {
        var (admin, person) = (await server.SignInAsAsync(Role.Admin), await server.Api.RegisterAsync());
        await LockAsync(person.Email);

        await (await UnlockAsync(admin, person, null)).ShouldBeAsync(204);

        (await server.Api.LoginAsync(person.Email)).UserId.Should().Be(person.UserId);
    }

    private async Task<System.Text.Json.Nodes.JsonNode?> LockedUntilAsync(SignedIn support, SignedIn person) =>
        (await (await server.Api.PostAsync($"users/{person.UserId}/open", Reason, support.AccessToken)).ShouldBeAsync(200))["locked_until"];

    private Task<HttpResponseMessage> UnlockAsync(SignedIn staff, SignedIn person, object? body) =>
        server.Api.PostAsync($"users/{person.UserId}/unlock", body, staff.AccessToken);

    private async Task LockAsync(string name)
    {
        await GuessAsync(name, 5);
        await (await server.Api.PostAsync("auth/login", new { email = name, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);
    }

    private async Task GuessAsync(string name, int times)
    {
        for (var guess = 0; guess < times; guess++)
        {
            await server.Api.PostAsync("auth/login", new { email = name, password = "not the password" });
        }
    }
}
