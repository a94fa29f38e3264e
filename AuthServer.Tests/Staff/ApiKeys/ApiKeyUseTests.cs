using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Sessions.ApiKeys;
using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Staff.ApiKeys;

/// <summary>Keys as services send them: valid ones and every kind of invalid one.</summary>
public sealed class ApiKeyUseTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Reading = [Scopes.UsersRead];

    public static TheoryData<string> Garbage =>
    [
        "", "rubbish", "cut by one", "cut in half", "extended", "upper-cased", "percent-encoded", "with white space", "other id",
            "other secret", "checksum changed", "prefix changed", "access token", "10 KB", "with a comma",
    ];

    [Theory]
    [InlineData("X-API-Key", "")]
    [InlineData("x-api-key", "")]
    [InlineData("Authorization", "ApiKey ")]
    [InlineData("Authorization", "APIKEY   ")]
    public async Task A_key_is_taken_from_either_header(string header, string before)
    {
        var key = await server.MakeKeyAsync("users:read");

        await (await SendAsync((header, before + key.Text))).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "7.2.1")]
    public async Task A_key_beside_another_or_beside_a_token_is_refused()
    {
        var (key, other) = (await server.MakeKeyAsync("users:read"), await server.MakeKeyAsync("users:read"));

        foreach (var headers in new (string, string)[][]
        {
            [("X-API-Key", key.Text), ("Authorization", $"Bearer {key.Owner.AccessToken}")],
            [("X-API-Key", key.Text), ("Authorization", $"ApiKey {key.Text}")],
            [("X-API-Key", key.Text), ("Authorization", "Basic YTpi")],
            [("X-API-Key", key.Text), ("X-API-Key", other.Text)],
            [("Authorization", $"ApiKey {key.Text}"), ("Authorization", $"Bearer {key.Owner.AccessToken}")],
        })
        {
            var response = await SendAsync(headers);
            await response.ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
            response.Headers.WwwAuthenticate.ToString().Should().Be("ApiKey error=\"invalid_api_key\"");
        }
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    [Trait("ASVS", "9.1.1")]
    public async Task What_is_no_key_is_refused(string kind)
    {
        var key = await server.MakeKeyAsync("users:read");

        await (await server.Api.GetWithKeyAsync("users", Spoil(kind, key))).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);

        (await server.KeyAuditAsync(AuditEvents.ApiKeyRefused, key)).Should().BeEmpty();
    }

    // All tables are locked, so any query would block.
    [Fact]
    public async Task Garbage_never_reaches_the_database()
    {
        var key = await server.MakeKeyAsync("users:read");
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locking =
            new NpgsqlCommand(
                "DO $$ BEGIN EXECUTE (SELECT 'LOCK TABLE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = "
                    + "'public'); END $$",
                connection))
        {
            await locking.ExecuteNonQueryAsync();
        }

        foreach (var kind in Garbage)
        {
            await (await server.Api.GetWithKeyAsync("users", Spoil(kind, key))).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        }

        server.Logs.Lines.Should().NotContain(
            line => line.Contains(nameof(ApiKeyHandler), StringComparison.Ordinal), "strangers must not fill the log");
        await transaction.RollbackAsync();
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "16.3.1")]
    public async Task A_wrong_secret_for_a_key_there_is_is_refused_and_on_record()
    {
        var key = await server.MakeKeyAsync("users:read");
        var (forged, _) = ApiKeyText.Make(key.Id);

        await (await server.Api.GetWithKeyAsync("users", forged)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        await (await server.Api.GetWithKeyAsync("users", ApiKeyText.Make(Guid.CreateVersion7()).Text)).ShouldBeProblemAsync(
            ErrorCodes.InvalidApiKey);

        (await server.KeyAuditAsync(AuditEvents.ApiKeyRefused, key)).Should().Be("failure|wrong_secret", "its name may be somebody's");
        (await server.KeyRowAsync(key))["last_used_at"].Should().BeNull();
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Only_who_has_the_secret_is_told_that_a_key_is_revoked_or_has_expired()
    {
        var (revoked, expired) = (await server.MakeKeyAsync("users:read"), await server.MakeKeyAsync("users:read"));
        await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{revoked.Id}", null, revoked.Owner.AccessToken);
        await server.Database.ExecuteAsync("UPDATE api_keys SET expires_at = now() WHERE id = @id", ("id", expired.Id));

        foreach (var (key, code) in new[] { (revoked, ErrorCodes.ApiKeyRevoked), (expired, ErrorCodes.ApiKeyExpired) })
        {
            var response = await server.Api.GetWithKeyAsync("users", key.Text);
            await response.ShouldBeProblemAsync(code);
            response.Headers.WwwAuthenticate.ToString().Should().Be($"ApiKey error=\"{code.Code}\"");
            await (await server.Api.SendWithKeyAsync(HttpMethod.Post, "auth/token", key.Text)).ShouldBeProblemAsync(code);
            await (await server.Api.GetWithKeyAsync("users", ApiKeyText.Make(key.Id).Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        }
    }

    [Fact]
    public async Task A_key_stops_at_the_second_it_expires()
    {
        await using var stopped = await StartedServer.StartAsync(adjust: null);
        stopped.Clock.Stop();
        var key = await stopped.MakeKeyAsync("users:read");

        stopped.Clock.Advance(TimeSpan.FromDays(90) - TimeSpan.FromSeconds(1));
        await (await stopped.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
        stopped.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await stopped.Api.GetWithKeyAsync("users", key.Text)).ShouldBeProblemAsync(ErrorCodes.ApiKeyExpired);
    }

    [Theory]
    [Trait("ASVS", "7.4.2")]
    [InlineData("UPDATE users SET status = 'disabled' WHERE id = @owner", "UPDATE users SET status = 'active' WHERE id = @owner")]
    [InlineData("UPDATE users SET erasure_due_at = now() WHERE id = @owner", "UPDATE users SET erasure_due_at = NULL WHERE id = @owner")]
    [InlineData(
        "DELETE FROM memberships WHERE user_id = @owner AND tenant_id = @tenant",
        "INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES (@owner, @tenant, 'admin', now())")]
    [InlineData(
        "UPDATE memberships SET role = 'support' WHERE user_id = @owner AND tenant_id = @tenant",
        "UPDATE memberships SET role = 'admin' WHERE user_id = @owner AND tenant_id = @tenant")]
    [InlineData("UPDATE tenants SET status = 'suspended' WHERE id = @tenant", "UPDATE tenants SET status = 'active' WHERE id = @tenant")]
    [InlineData("UPDATE users SET email_confirmed = false WHERE id = @owner", "UPDATE users SET email_confirmed = true WHERE id = @owner")]
    [InlineData("DELETE FROM users WHERE id = @owner", null)]
    public async Task A_tenants_key_works_as_long_as_its_owner_could_do_the_same(string lose, string? regain)
    {
        var clinic = await server.OpenClinicAsync(new { require_verified_email = true });
        var key = await server.MakeKeyAsync(await server.SignInAtAsync(Role.Admin, clinic), new { scopes = Reading });
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);

        await ExecuteAsync(lose);

        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        await (await server.Api.SendWithKeyAsync(HttpMethod.Post, "auth/token", key.Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        if (regain is not null)
        {
            await ExecuteAsync(regain);
            await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
        }

        Task<int> ExecuteAsync(string sql) => server.Database.ExecuteAsync(sql, ("owner", key.Owner.UserId), ("tenant", clinic.Id));
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task A_key_of_the_platform_ends_with_its_owners_office_and_one_for_a_tenant_too()
    {
        var clinic = await server.OpenClinicAsync();
        var (admin, boss) = (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(Role.Admin));
        var keys = new[] { await server.MakeKeyAsync(admin), await server.MakeKeyAsync(admin, new { tenant = clinic.Slug }) };

        await (await server.Api.SetRolesAsync(boss, admin.UserId, """{"roles":["patient"]}""")).ShouldBeAsync(200);
        await server.JoinAsync(admin.UserId, clinic, Role.Support);

        foreach (var key in keys)
        {
            await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
        }

        // A person who is now administrator only of the tenant has the tenant's key back, but not the platform's.
        await server.JoinAsync(admin.UserId, clinic, Role.Admin);
        await (await server.Api.GetWithKeyAsync("users", keys[1].Text)).ShouldBeAsync(200);
        await (await server.Api.GetWithKeyAsync("users", keys[0].Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task A_tenants_key_sees_the_tenants_people_alone_and_a_platforms_everybody()
    {
        var (clinic, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var (admin, platform) = (await server.SignInAtAsync(Role.Admin, clinic), await server.MakeKeyAsync());
        var (mate, stranger) = (await server.SignInAtAsync(Role.Patient, clinic), await server.SignInAtAsync(Role.Patient, other));
        var key = await server.MakeKeyAsync(admin);

        var page = await (await server.Api.GetWithKeyAsync("users?limit=100", key.Text)).ShouldBeAsync(200);

        page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>()).Should().BeEquivalentTo([mate.UserId, admin.UserId]);
        await (await server.Api.GetWithKeyAsync($"users/{mate.UserId}", key.Text)).ShouldBeAsync(200);
        await (await server.Api.GetWithKeyAsync($"users/{stranger.UserId}", key.Text)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.Api.GetWithKeyAsync($"users/{stranger.UserId}", platform.Text)).ShouldBeAsync(200);
        await (await server.Api.SendWithKeyAsync(
            HttpMethod.Post, $"users/{stranger.UserId}/disable", key.Text, new { reason = "Because" })).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
    }

    [Fact]
    [Trait("ASVS", "8.3.1")]
    public async Task A_key_does_not_disable_its_owner_or_invite_anybody_with_power()
    {
        var clinic = await server.OpenClinicAsync();
        var (boss, admin) = (await server.MakeKeyAsync(), await server.SignInAtAsync(Role.Admin, clinic));
        var key = await server.MakeKeyAsync(admin);

        await (await server.Api.SendWithKeyAsync(
            HttpMethod.Post, $"users/{admin.UserId}/disable", key.Text, new { reason = "Because" })).ShouldBeProblemAsync(
                ErrorCodes.OwnAccount);
        await (await server.Api.SendWithKeyAsync(
            HttpMethod.Post, $"users/{boss.Owner.UserId}/disable", boss.Text, new { reason = "Because" })).ShouldBeProblemAsync(
                ErrorCodes.OwnAccount);
        foreach (var role in new[] { Role.Admin, Role.Support })
        {
            await (await server.Api.SendWithKeyAsync(
                HttpMethod.Post, "users", boss.Text, new
                {
                    email = Api.NewEmail(),
                    roles = new[]
                {
                    Role.Patient,
                    role
                }
                })).ShouldBeProblemAsync(ErrorCodes.PersonRequired);
        }

        await (await server.Api.SendWithKeyAsync(
            HttpMethod.Post, "users", key.Text, new { email = Api.NewEmail(), roles = new[] { Role.Patient } })).ShouldBeAsync(201);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.invited' AND actor_id = @key AND tenant_id = @tenant",
            ("key", key.Id), ("tenant", clinic.Id))).Should().Be(1);
    }

    [Fact]
    public async Task When_a_key_was_used_is_kept_to_the_minute()
    {
        await using var stopped = await StartedServer.StartAsync();
        stopped.Clock.Stop();
        var key = await stopped.MakeKeyAsync("users:read");
        var used = new List<string?>();

        foreach (var seconds in new[] { 0, 59, 1 })
        {
            stopped.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await (await stopped.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
            used.Add((await stopped.KeyRowAsync(key))["last_used_at"]?.GetValue<string>());
        }

        used[0].Should().NotBeNull();
        used[1].Should().Be(used[0]);
        used[2].Should().NotBe(used[0]);
    }

    private Task<HttpResponseMessage> SendAsync(params (string Name, string Value)[] headers) =>
        server.Api.SendAsync(HttpMethod.Get, "users", adjust: request =>
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }
    });

    private static string Spoil(string kind, Key key)
    {
        var (text, other) = (key.Text, ApiKeyText.Make(key.Id).Text);
        return kind switch
        {
            "cut by one" => text[..^1],
            "cut in half" => text[..36],
            "extended" => text + "A",
            "upper-cased" => text.ToUpperInvariant(),
            "percent-encoded" => text.Replace("_", "%5F", StringComparison.Ordinal),
            "with white space" => $"{text[..20]} {text[20..]}",
            "other id" => $"as_{(text[3] == 'A' ? 'B' : 'A')}{text[4..]}",
            "other secret" => text[..30] + other[30..50] + text[50..],
            "checksum changed" => text[..^3] + (text[^3] == 'A' ? 'B' : 'A') + text[^2..],
            "prefix changed" => "asr" + text[3..],
            "access token" => key.Owner.AccessToken,
            "10 KB" => new string('a', 10_000),
            "with a comma" => $"{text}, {text}",
            _ => kind,
        };
    }
}
