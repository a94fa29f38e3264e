using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Jobs;
using AuthServer.Staff.ApiKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.ApiKeys;

public sealed class ApiKeyExpiryTests : IAsyncLifetime
{
    private readonly StoppedServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("ASVS", "6.4.5")]
    public async Task Each_notice_is_sent_once_thirty_seven_and_one_day_before()
    {
        var key = await MakeAsync(90);
        var told = new List<int>();
        for (var days = 90; days >= -1; days--)
        {
            var before = await CountAsync(key);
            await RunAsync();
            await RunAsync();
            if (await CountAsync(key) > before)
            {
                told.Add(days);
            }

            _server.Clock.Advance(TimeSpan.FromDays(1));
        }

        told.Should().Equal(30, 7, 1);
        var mails = await _server.MailsAsync(MailKinds.ApiKeyExpiring, key.Owner.Email);
        mails
            .Select(mail => mail.Text)
            .Should()
            .HaveCount(3).And
            .AllSatisfy(text => text.Should().Contain("service-").And.NotContain(key.Text[^60..]));
    }

    [Fact]
    public async Task A_round_that_was_missed_tells_once_and_a_short_lived_key_is_not_told_of_at_once()
    {
        var (missed, brief) = (await MakeAsync(90), await MakeAsync(5));

        await RunAsync();
        (await CountAsync(brief)).Should().Be(0);
        _server.Clock.Advance(TimeSpan.FromDays(85));
        await RunAsync();
        await RunAsync();

        (await CountAsync(missed)).Should().Be(1);
    }

    [Fact]
    public async Task Nobody_is_told_of_a_key_that_has_a_successor_that_was_revoked_or_whose_owner_is_gone()
    {
        var (replaced, revoked, orphaned, renewed) = (await MakeAsync(20), await MakeAsync(20), await MakeAsync(20), await MakeAsync(20));
        _server.Clock.Advance(TimeSpan.FromDays(13));
        var successor = await SucceedAsync(replaced);
        var undone = await SucceedAsync(renewed);
        await RevokeAsync(revoked);
        await RevokeAsync(undone);
        await _server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", orphaned.Owner.UserId));

        await RunAsync();

        (await CountAsync(replaced), await CountAsync(revoked), await CountAsync(orphaned), await CountAsync(renewed)).Should()
            .Be((0, 0, 0, 1));
        // Then the old key has no successor any more.
        await RevokeAsync(successor);
        await RunAsync();
        (await CountAsync(replaced)).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Several_replicas_at_once_tell_once()
    {
        _server.StartReplica();
        var key = await MakeAsync(90);
        _server.Clock.Advance(TimeSpan.FromDays(60));

        await Task.WhenAll(RunAsync(0), RunAsync(1), RunAsync(0), RunAsync(1));

        (await CountAsync(key)).Should().Be(1);
    }

    [Fact]
    public async Task A_key_is_swept_a_year_after_it_expired()
    {
        var (old, live) = (await MakeAsync(1), await MakeAsync(365));
        _server.Clock.Advance(TimeSpan.FromDays(364));
        await _server.Services.GetRequiredService<RetentionCleanup>().RunAsync(default);
        (await CountKeysAsync()).Should().Be(2);

        _server.Clock.Advance(TimeSpan.FromDays(3));
        await _server.Services.GetRequiredService<RetentionCleanup>().RunAsync(default);

        (await CountKeysAsync()).Should().Be(1);
        (await _server.KeyRowAsync(live))["id"]!.GetValue<Guid>().Should().NotBe(old.Id);
    }

    private Task<long> CountKeysAsync() => _server.Database.QueryAsync<long>("SELECT count(*) FROM api_keys");

    private async Task<Key> MakeAsync(int days)
    {
        var admin = await _server.SignInAsAsync(Role.Admin);
        await _server.ProveMailboxAsync(admin);
        return await _server.MakeKeyAsync(admin, new { expires_at = _server.Clock.GetUtcNow().AddDays(days) });
    }

    private async Task<Key> SucceedAsync(Key key) =>
        await _server.MakeKeyAsync(
            await _server.Api.LoginAsync(key.Owner.Email), new { name = (await _server.KeyRowAsync(key))["name"]!.GetValue<string>() });

    private async Task RevokeAsync(Key key) =>
        await (await _server.Api.SendAsync(
            HttpMethod.Delete, $"api-keys/{key.Id}", null, (await _server.Api.LoginAsync(key.Owner.Email)).AccessToken)).ShouldBeAsync(204);

    private async Task<int> CountAsync(Key key) => (await _server.MailsAsync(MailKinds.ApiKeyExpiring, key.Owner.Email)).Count;

    private Task<int> RunAsync(int replica = 0) => _server.ServicesOf(replica).GetRequiredService<ApiKeyExpiry>().RunAsync(default);
}
