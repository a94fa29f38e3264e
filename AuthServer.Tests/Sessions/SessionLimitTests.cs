using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class SessionLimitTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<string, double, double> Limits => new()
    {
        { Role.Patient, 30 * 24, 90 * 24 },
        { Role.Physician, 1, 12 },
        { Role.Support, 1, 12 },
        { Role.Admin, 1, 12 },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    [Trait("ASVS", "7.3.1")]
    public async Task A_session_that_rests_ends_at_the_second(string role, double idleHours, double absoluteHours)
    {
        idleHours.Should().BeLessThan(absoluteHours);
        var person = await server.SignInAsAsync(role);
        server.Clock.Advance(TimeSpan.FromHours(idleHours) - Second);
        var used = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));

        server.Clock.Advance(TimeSpan.FromHours(idleHours));

        await (await server.Api.RefreshAsync(used.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    [Trait("ASVS", "7.3.2")]
    public async Task A_session_in_constant_use_ends_at_the_second(string role, double idleHours, double absoluteHours)
    {
        var session = await server.SignInAsAsync(role);
        var (step, left) = (TimeSpan.FromHours(idleHours) - Second, TimeSpan.FromHours(absoluteHours) - Second);
        while (left > TimeSpan.Zero)
        {
            var rest = left < step ? left : step;
            server.Clock.Advance(rest);
            left -= rest;
            session = await SignedIn.ReadAsync(await server.Api.RefreshAsync(session.RefreshToken));
        }

        server.Clock.Advance(Second);

        await (await server.Api.RefreshAsync(session.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Fact]
    public async Task A_physician_who_waits_for_the_licence_has_the_limits_of_one()
    {
        var pending = await server.RegisterUnverifiedPhysicianAsync();
        server.Clock.Advance(TimeSpan.FromHours(1));

        await (await server.Api.RefreshAsync(pending.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Fact]
    public async Task The_answer_for_a_lost_one_does_not_lengthen_the_rest()
    {
        var first = await server.SignInAsAsync(Role.Admin);
        var second = await SignedIn.ReadAsync(await server.Api.RefreshAsync(first.RefreshToken));
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        await (await server.Api.RefreshAsync(first.RefreshToken)).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(30));

        await (await server.Api.RefreshAsync(second.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }

    [Fact]
    public async Task An_expired_session_is_not_in_the_list()
    {
        var expired = await server.SignInAsAsync(Role.Admin);
        server.Clock.Advance(TimeSpan.FromHours(1));
        var current = await server.Api.LoginAsync(expired.Email);

        var page = await (await server.Api.GetAsync("auth/sessions", current.AccessToken)).ShouldBeAsync(200);

        page["items"]!
            .AsArray()
            .Select(item => item!["id"]!.GetValue<Guid>())
            .Should()
            .Contain(current.SessionId).And
            .NotContain(expired.SessionId);
    }
}
