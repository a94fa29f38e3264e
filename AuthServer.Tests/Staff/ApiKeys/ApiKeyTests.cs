using System.Text.Json.Nodes;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.ApiKeys;

/// <summary>Keys as their administrators create, see and revoke them.</summary>
public sealed class ApiKeyTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Reading = [Scopes.UsersRead];
    private static readonly string[] ReadingTenants = [Scopes.UsersRead, Scopes.TenantsRead];
    private static readonly string[] WritingTwice = [Scopes.UsersWrite, Scopes.UsersRead, Scopes.UsersRead];

    [Fact]
    [Trait("ASVS", "13.2.3")]
    public async Task A_key_is_shown_once_and_kept_as_a_hash()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (name, before) = (Keys.NewName(), server.Clock.GetUtcNow());

        var response = await server.AskForKeyAsync(admin, new { name, scopes = WritingTwice });

        var made = await response.ShouldBeAsync(201);
        var key = new Key(made["id"]!.GetValue<Guid>(), made["key"]!.GetValue<string>(), admin);
        response.Headers.Location!.ToString().Should().Be($"/api/v1/api-keys/{key.Id}");
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        made["scopes"]!.ToJsonString().Should().Be("""["users:read","users:write"]""");
        made["expires_at"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(before.AddDays(90), TimeSpan.FromMinutes(1));
        (made["owner_id"]!.GetValue<Guid>(), made["tenant"], made["requests_per_minute"]!.GetValue<int>()).Should()
            .Be((admin.UserId, null, 600));
        var list = await (await server.Api.GetAsync("api-keys", admin.AccessToken)).Content.ReadAsStringAsync();
        list.Should().Contain(key.Id.ToString()).And.NotContain(key.Text[^60..]);
        made.AsObject().Remove("key");
        JsonNode.Parse(list)!["items"]![0]!.ToJsonString().Should().Be(made.ToJsonString());
        (await server.KeyRowAsync(key)).ToJsonString().Should().NotContain(key.Text[^60..]);
        (await server.KeyAuditAsync(AuditEvents.ApiKeyMade, key))
            .Should()
            .StartWith($"success|{admin.UserId}|users:read users:write until ").And
            .NotContain(key.Text[^60..]).And
            .NotContain(name, "it may be somebody's");
    }

    [Theory]
    [InlineData("name", """{"scopes":["users:read"]}""")]
    [InlineData("name", """{"name":"  ","scopes":["users:read"]}""")]
    [InlineData("name", """{"name":"a\u0000b","scopes":["users:read"]}""")]
    [InlineData("scopes", """{"name":"n"}""")]
    [InlineData("scopes", """{"name":"n","scopes":[]}""")]
    [InlineData("scopes", """{"name":"n","scopes":[null]}""")]
    [InlineData("scopes", """{"name":"n","scopes":["users:read","USERS:WRITE"]}""")]
    [InlineData("scopes", """{"name":"n","scopes":["users:read users:write"]}""")]
    [InlineData("expires_at", """{"name":"n","scopes":["users:read"],"expires_at":"2020-01-01T00:00:00Z"}""")]
    [InlineData("expires_at", """{"name":"n","scopes":["users:read"],"expires_at":"9999-12-31T23:59:59Z"}""")]
    [InlineData("requests_per_minute", """{"name":"n","scopes":["users:read"],"requests_per_minute":0}""")]
    [InlineData("requests_per_minute", """{"name":"n","scopes":["users:read"],"requests_per_minute":60001}""")]
    [InlineData("tenant", """{"name":"n","scopes":["users:read"],"tenant":"\u202e"}""")]
    public async Task What_no_key_can_have_is_refused_by_field(string field, string body)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.Api.PostAsync("api-keys", body, admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Fact]
    public async Task A_scope_that_does_not_exist_is_named()
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.AskForKeyAsync(
                admin, new { scopes = new[] { "users:read", "users:everything", new string('x', 10_000) } })).ShouldBeProblemAsync(
                    ErrorCodes.ValidationFailed);

        problem["errors"]!["scopes"]![0]!
            .GetValue<string>()
            .Should()
            .StartWith($"Not known: users:everything, {new string('x', 40)}. There are users:read");
    }

    [Fact]
    public async Task A_key_lives_a_year_at_most()
    {
        var (admin, now) = (await server.SignInAsAsync(Role.Admin), server.Clock.GetUtcNow());

        await (await server.AskForKeyAsync(admin, new { expires_at = now.AddDays(364).ToOffset(TimeSpan.FromHours(14)) })).ShouldBeAsync(
            201);
        await (await server.AskForKeyAsync(admin, new { expires_at = now.AddDays(365).AddMinutes(5) })).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task A_key_is_made_only_by_somebody_who_has_just_signed_in()
    {
        await using var stopped = await StartedServer.StartAsync();
        var admin = await stopped.SignInAsAsync(Role.Admin);
        stopped.Clock.Advance(TimeSpan.FromMinutes(11));
        var refreshed = await SignedIn.ReadAsync(await stopped.Api.RefreshAsync(admin.RefreshToken));

        await (await stopped.AskForKeyAsync(refreshed)).ShouldBeProblemAsync(ErrorCodes.InsufficientUserAuthentication);

        await (await stopped.AskForKeyAsync(await stopped.Api.LoginAsync(admin.Email))).ShouldBeAsync(201);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_and_patients_neither_make_nor_see_keys()
    {
        foreach (var role in new[] { Role.Patient, Role.Support, Role.Physician })
        {
            var person = await server.SignInAsAsync(role);
            await (await server.AskForKeyAsync(person)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
            await (await server.Api.GetAsync("api-keys", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task An_administrator_of_a_tenant_has_to_do_with_its_keys_alone()
    {
        var (clinic, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var (admin, platform) = (await server.SignInAtAsync(Role.Admin, clinic), await server.SignInAsAsync(Role.Admin));
        var own = await server.MakeKeyAsync(admin);
        var foreign = new[] { await server.MakeKeyAsync(platform), await server.MakeKeyAsync(platform, new { tenant = other.Slug }) };
        var given = await server.MakeKeyAsync(platform, new { tenant = clinic.Slug });

        await (await server.AskForKeyAsync(admin, new { tenant = other.Slug })).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.AskForKeyAsync(admin, new { tenant = "no-such-clinic" })).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.AskForKeyAsync(admin, new { tenant = clinic.Slug })).ShouldBeAsync(201);

        (await IdsAsync(admin)).Should().Contain([own.Id, given.Id]).And.NotContain(foreign.Select(key => key.Id));
        (await IdsAsync(platform)).Should().Contain([own.Id, given.Id]).And.Contain(foreign.Select(key => key.Id));
        foreach (var key in foreign)
        {
            await (await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{key.Id}", null, admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
            await (await server.Api.SendAsync(
                HttpMethod.Patch, $"api-keys/{key.Id}", new { name = "mine" }, admin.AccessToken)).ShouldBeProblemAsync(
                    ErrorCodes.NotFound);
            await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
        }

        await (await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{given.Id}", null, admin.AccessToken)).ShouldBeAsync(204);
        (await server.KeyAuditAsync(AuditEvents.ApiKeyRevoked, given)).Should()
            .Be($"success|{admin.UserId}|{clinic.Id}", "its name may be somebody's");
    }

    [Fact]
    public async Task An_administrator_of_the_platform_is_told_that_there_is_no_such_tenant()
    {
        var problem =
            await (await server.AskForKeyAsync(
                await server.SignInAsAsync(Role.Admin), new { tenant = "no-such-clinic" })).ShouldBeProblemAsync(
                    ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("tenant");
    }

    [Fact]
    public async Task The_list_is_walked_by_cursor_and_filtered_by_status()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);
        var keys = new List<Key>();
        for (var number = 0; number < 5; number++)
        {
            keys.Add(await server.MakeKeyAsync(admin));
        }

        await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{keys[0].Id}", null, admin.AccessToken);
        await server.Database.ExecuteAsync("UPDATE api_keys SET expires_at = now() - interval '1 day' WHERE id = @id", ("id", keys[1].Id));

        var first = await (await server.Api.GetAsync("api-keys?limit=3", admin.AccessToken)).ShouldBeAsync(200);
        var second = await (await server.Api.GetAsync($"api-keys?limit=3&after={first["next"]}", admin.AccessToken)).ShouldBeAsync(200);

        first.Ids().Concat(second.Ids()).Should().Equal(Enumerable.Reverse(keys).Select(key => key.Id));
        (first["total"]!.GetValue<int>(), second["next"]).Should().Be((5, null));
        (await IdsAsync(admin, "&status=revoked")).Should().Equal(keys[0].Id);
        (await IdsAsync(admin, "&status=expired")).Should().Equal(keys[1].Id);
        (await IdsAsync(admin, "&status=live")).Should().HaveCount(3);
        await (await server.Api.GetAsync("api-keys?status=all", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        await (await server.Api.GetAsync("api-keys?limit=101", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task Two_live_keys_of_one_name_overlap_and_a_third_waits_for_one_to_end()
    {
        var (clinic, other) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var admin = await server.SignInAsAsync(Role.Admin);
        var name = Keys.NewName();
        var old = await server.MakeKeyAsync(admin, new { name, tenant = clinic.Slug });
        var replacement = await server.MakeKeyAsync(admin, new { name = $" {name} ", tenant = clinic.Slug });

        await (await server.AskForKeyAsync(admin, new { name, tenant = clinic.Slug })).ShouldBeProblemAsync(ErrorCodes.TooManyKeys);
        // Keys of another tenant and of the platform are not counted.
        await server.MakeKeyAsync(admin, new { name, tenant = other.Slug });
        await server.MakeKeyAsync(admin, new { name });

        foreach (var key in new[] { old, replacement })
        {
            await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
        }

        await (await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{old.Id}", null, admin.AccessToken)).ShouldBeAsync(204);
        await server.MakeKeyAsync(admin, new { name, tenant = clinic.Slug });
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_many_who_ask_for_one_name_at_once_two_get_a_key()
    {
        foreach (var clinic in new[] { await server.OpenClinicAsync(), null })
        {
            var (admin, name) = (await server.SignInAsAsync(Role.Admin), Keys.NewName());
            var spare = await server.MakeKeyAsync(admin, new { tenant = clinic?.Slug });

            var asked = Enumerable.Range(0, 8).Select(_ => server.AskForKeyAsync(admin, new { name, tenant = clinic?.Slug }))
                .Append(server.Api.SendAsync(HttpMethod.Patch, $"api-keys/{spare.Id}", new { name }, admin.AccessToken));
            var answers = await Task.WhenAll(asked);

            answers.Count(answer => answer.IsSuccessStatusCode).Should().Be(2);
            foreach (var refused in answers.Where(answer => !answer.IsSuccessStatusCode))
            {
                await refused.ShouldBeProblemAsync(ErrorCodes.TooManyKeys);
            }
        }
    }

    [Fact]
    public async Task Revoking_twice_is_revoking_once()
    {
        var key = await server.MakeKeyAsync();

        for (var time = 0; time < 2; time++)
        {
            await (await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{key.Id}", null, key.Owner.AccessToken)).ShouldBeAsync(204);
        }

        (await server.KeyAuditAsync(AuditEvents.ApiKeyRevoked, key)).Split('\n').Should().ContainSingle();
        foreach (var id in new[] { Guid.CreateVersion7().ToString(), key.Owner.UserId.ToString(), "x" })
        {
            await (await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{id}", null, key.Owner.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task A_key_loses_scopes_and_time_and_never_gets_any()
    {
        var key = await server.MakeKeyAsync("users:read", "tenants:read");
        var (soon, late) = (server.Clock.GetUtcNow().AddDays(10), server.Clock.GetUtcNow().AddDays(91));

        foreach (var more in new object[]
        {
            new { scopes = WritingTwice },
            new { expires_at = late },
            new { expires_at = soon.AddYears(-1) },
            new { scopes = Array.Empty<string>() },
            new { name = (string?)null }
        })
        {
            await (await ChangeAsync(key, more)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        }

        var changed =
            await (await ChangeAsync(
                key, new { name = "renamed", scopes = Reading, expires_at = soon, requests_per_minute = 7 })).ShouldBeAsync(200);

        changed["scopes"]!.ToJsonString().Should().Be("""["users:read"]""");
        changed["expires_at"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(soon, TimeSpan.FromSeconds(1));
        (changed["name"]!.GetValue<string>(), changed["requests_per_minute"]!.GetValue<int>()).Should().Be(("renamed", 7));
        await (await server.Api.GetWithKeyAsync("tenants", key.Text)).ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
        await (await server.Api.GetWithKeyAsync("users", key.Text)).ShouldBeAsync(200);
        (await server.KeyAuditAsync(AuditEvents.ApiKeyChanged, key))
            .Should()
            .Contain("|renamed; scopes: users:read tenants:read -> users:read; until ").And
            .EndWith("; 600 -> 7 requests per minute");
        await (await ChangeAsync(key, new { scopes = ReadingTenants })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task A_key_that_has_ended_is_not_changed()
    {
        var key = await server.MakeKeyAsync();
        await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{key.Id}", null, key.Owner.AccessToken);

        await (await ChangeAsync(key, new { name = "again" })).ShouldBeProblemAsync(ErrorCodes.AlreadyDone);
    }

    [Fact]
    [Trait("ASVS", "6.3.7")]
    public async Task The_owner_is_told_by_mail_and_a_mailbox_that_is_not_proven_hears_nothing()
    {
        var (admin, unproven) = (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(Role.Admin));
        await server.ProveMailboxAsync(admin);

        var (key, _) = (await server.MakeKeyAsync(admin, new { name = "the billing service" }), await server.MakeKeyAsync(unproven));

        var mail = (await server.MailsAsync(MailKinds.ApiKeyMade, admin.Email)).Should().ContainSingle().Subject;
        mail.Text.Should().Contain("the billing service").And.NotContain(key.Text[^60..]);
        mail.Subject.Should().NotContain("billing");
        (await server.MailsAsync(MailKinds.ApiKeyMade, unproven.Email)).Should().BeEmpty();
    }

    private Task<HttpResponseMessage> ChangeAsync(Key key, object change) =>
        server.Api.MergeAsync($"api-keys/{key.Id}", change, key.Owner.AccessToken);

    private async Task<IReadOnlyList<Guid>> IdsAsync(SignedIn admin, string query = "") =>
        [.. (await (await server.Api.GetAsync($"api-keys?limit=100{query}", admin.AccessToken)).ShouldBeAsync(200)).Ids()];
}
