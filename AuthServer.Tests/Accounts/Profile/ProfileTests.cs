using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Profile;

public sealed class ProfileTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] FieldsOfMe =
    [
        "id", "email", "username", "full_name", "locale", "roles", "tenant", "memberships", "physician", "email_verified",
            "mfa_enabled", "is_anonymous", "legacy_id", "created_at", "last_login_at",
    ];

    [Theory]
    [InlineData("/api/v1/auth/me")]
    [InlineData("/api/v1/users/me")]
    [InlineData("/api/auth/me")]
    [InlineData("/api/users/me")]
    public async Task Me_is_the_signed_in_person_under_each_of_its_names(string path)
    {
        var person =
            await server.Api.RegisterAsync(
                more: new { full_name = "Dana Levi", username = $"me{path.Length}.{path.Count(character => character == 'e')}" });

        var me = await (await server.Api.GetAsync(path, person.AccessToken)).ShouldBeAsync(200);

        me["id"]!.GetValue<Guid>().Should().Be(person.UserId);
        me.AsObject().Select(member => member.Key).Should().BeEquivalentTo(FieldsOfMe);
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData("GET", "auth/me")]
    [InlineData("GET", "users/me")]
    [InlineData("PATCH", "users/me")]
    [InlineData("PUT", "users/me")]
    public async Task Nobody_reaches_a_profile_without_a_token(string method, string path)
    {
        var body = method == "GET" ? null : new { full_name = "Nobody" };

        var response = await server.Api.SendAsync(new HttpMethod(method), path, body);

        await response.ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        response.Headers.WwwAuthenticate.Should().ContainSingle(challenge => challenge.Scheme == "Bearer");
    }

    [Fact]
    public async Task A_merge_patch_changes_what_is_given_and_null_clears_it()
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi", locale = "he", username = "patched1" });

        var renamed = await (await PatchAsync(person, """{"full_name":" Dana Cohen "}""")).ShouldBeAsync(200);
        var cleared = await (await PatchAsync(person, """{"username":null,"locale":null}""")).ShouldBeAsync(200);

        renamed["full_name"]!.GetValue<string>().Should().Be("Dana Cohen");
        renamed["locale"]!.GetValue<string>().Should().Be("he");
        renamed["username"]!.GetValue<string>().Should().Be("patched1");
        cleared["full_name"]!.GetValue<string>().Should().Be("Dana Cohen");
        cleared["locale"].Should().BeNull();
        cleared["username"].Should().BeNull();
        (await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200))
            .ToJsonString()
            .Should()
            .Be(cleared.ToJsonString());
    }

    [Fact]
    public async Task Put_replaces_all_of_it()
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi", locale = "he", username = "replaced1" });

        var put =
            await server.Api.SendAsync(
                HttpMethod.Put, "users/me", """{"full_name":"Dan","username":null,"locale":"en-GB"}""", person.AccessToken);

        var me = await put.ShouldBeAsync(200);
        me["full_name"]!.GetValue<string>().Should().Be("Dan");
        me["username"].Should().BeNull();
        me["locale"]!.GetValue<string>().Should().Be("en-GB");
    }

    [Theory]
    [InlineData("""{}""", "full_name,username,locale")]
    [InlineData("""{"full_name":"Dan"}""", "username,locale")]
    public async Task Put_names_what_was_left_out(string body, string missing)
    {
        var person = await server.Api.RegisterAsync();

        var problem =
            await (await server.Api.SendAsync(HttpMethod.Put, "users/me", body, person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().BeEquivalentTo(missing.Split(','));
    }

    [Theory]
    [InlineData("full_name", "\"\\u0000\"")]
    [InlineData("full_name", "\"\\u202E\"")]
    [InlineData("full_name", "7")]
    [InlineData("username", "\"\"")]
    [InlineData("username", "\"a b c\"")]
    [InlineData("username", "\"someone@example.com\"")]
    [InlineData("username", "[\"abc\"]")]
    [InlineData("locale", "\"english, please\"")]
    public async Task A_field_that_is_not_acceptable_is_named_and_nothing_changes(string field, string value)
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi" });

        var problem = await (await PatchAsync(person, $"{{\"{field}\":{value}}}")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        (await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200))
            .ToJsonString()
            .Should()
            .Be(person.User!.ToJsonString());
    }

    [Fact]
    public async Task A_user_name_of_somebody_else_is_taken_and_ones_own_may_change_its_spelling()
    {
        await server.Api.RegisterAsync(more: new { username = "owner1" });
        var person = await server.Api.RegisterAsync(more: new { username = "other1" });

        var taken = await PatchAsync(person, """{"username":"OWNER1"}""");
        var respelled = await PatchAsync(person, """{"username":"Other1"}""");

        await taken.ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        (await respelled.ShouldBeAsync(200))["username"]!.GetValue<string>().Should().Be("Other1");
    }

    [Fact]
    public async Task The_new_user_name_signs_in_and_the_old_one_no_longer_does()
    {
        var person = await server.Api.RegisterAsync(more: new { username = "before1" });
        await PatchAsync(person, """{"username":"after1"}""");

        (await server.Api.LoginAsync("after1")).UserId.Should().Be(person.UserId);
        await (await server.Api.PostAsync("auth/login", new { username = "before1", password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task A_change_is_audited_and_a_request_that_changes_nothing_is_not()
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi" });

        await PatchAsync(person, """{"full_name":"Dana Cohen"}""");
        await PatchAsync(person, """{"full_name":"Dana Cohen"}""");
        await PatchAsync(person, """{}""");

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.profile_changed' AND actor_id = @id AND subject_id = @id AND "
                + "session_id = @session AND outcome = 'success'",
            ("id", person.UserId), ("session", person.SessionId))).Should().Be(1);
    }

    [Fact]
    public async Task The_token_of_an_account_that_is_gone_reads_nothing()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync(
            "WITH s AS (DELETE FROM sessions WHERE user_id = @id) DELETE FROM user_roles WHERE user_id = @id", ("id", person.UserId));
        await server.Database.ExecuteAsync("DELETE FROM users WHERE id = @id", ("id", person.UserId));

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await PatchAsync(person, """{"full_name":"Ghost"}""")).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    private Task<HttpResponseMessage> PatchAsync(SignedIn person, string body) =>
        server.Api.MergeAsync("users/me", body, person.AccessToken);
}
