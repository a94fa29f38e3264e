using AuthServer.Sessions.SigningKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Sessions.AccessTokens;

public sealed class SigningKeyRotationJobTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongSleep = TimeSpan.FromDays(400);

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task A_key_is_announced_signs_is_kept_and_goes()
    {
        await AdvanceAsync(LongSleep);
        var first = (await PublishedAsync()).Should().ContainSingle("those before it are gone").Subject;

        var retires =
            await server.Database.QueryAsync<DateTime>(
                "SELECT retires_at FROM signing_keys WHERE id = @id AND retires_at = activates_at + interval '90 days'", ("id", first));
        await AdvanceAsync(retires - server.Clock.GetUtcNow().UtcDateTime - TimeSpan.FromDays(14) - Second);
        (await PublishedAsync()).Should().Equal(first);

        await AdvanceAsync(Second);
        var announced = await PublishedAsync();
        announced.Should().HaveCount(2).And.HaveElementAt(0, first);
        (await SigningAsync()).Should().Be(first);

        await AdvanceAsync(TimeSpan.FromDays(14) - Second);
        var last = await server.Api.RegisterAsync();
        KeyOf(last).Should().Be(first);

        server.Clock.Advance(Second);
        (await SigningAsync()).Should().Be(announced[1], "the moment passes without the job");
        (await PublishedAsync()).Should().Equal(announced);
        await (await server.Api.GetAsync("auth/me", last.AccessToken)).ShouldBeAsync(200);

        await AdvanceAsync(TimeSpan.FromDays(14) - Second);
        (await PublishedAsync()).Should().Equal(announced);

        server.Clock.Advance(Second);
        (await PublishedAsync()).Should().Equal(announced[1]);
        await RotateAsync();
        (await server.Database.QueryAsync<string>("SELECT string_agg(id, ' ') FROM signing_keys")).Should().Be(announced[1]);
    }

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task After_a_long_sleep_there_is_a_new_key_at_once()
    {
        var before = await SigningAsync();

        await AdvanceAsync(LongSleep);

        var person = await server.Api.RegisterAsync();
        KeyOf(person).Should().NotBe(before);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        (await PublishedAsync()).Should().Equal(KeyOf(person));
    }

    [Fact]
    public async Task Rotating_again_and_again_changes_nothing()
    {
        var before = await PublishedAsync();

        await RotateAsync();
        await RotateAsync();

        (await PublishedAsync()).Should().Equal(before);
    }

    [Fact]
    [Trait("ASVS", "16.3.3")]
    public async Task A_new_key_is_in_the_audit_log()
    {
        var key = await SigningAsync();

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'signing_key.made' AND reason = @key", ("key", key))).Should().Be(1);
    }

    // 32-bit clocks end on 19 January 2038.
    [Fact]
    public async Task Tokens_are_good_after_January_2038()
    {
        await AdvanceAsync(new DateTimeOffset(2038, 2, 1, 0, 0, 0, TimeSpan.Zero) - server.Clock.GetUtcNow());

        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    private static string KeyOf(SignedIn person) => Jwt.Header(person.AccessToken)["kid"]!.GetValue<string>();

    private Task RotateAsync() => server.Services.GetRequiredService<SigningKeyRotationJob>().RotateAsync(default);

    private async Task AdvanceAsync(TimeSpan time)
    {
        server.Clock.Advance(time);
        await RotateAsync();
    }

    private async Task<string> SigningAsync() => KeyOf(await server.Api.RegisterAsync());

    private async Task<List<string>> PublishedAsync() =>
        [.. (await (await server.Api.GetAsync("/.well-known/jwks.json")).ShouldBeAsync(200))["keys"]!.AsArray()
            .Select(key => key!["kid"]!.GetValue<string>())];
}
