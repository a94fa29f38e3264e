using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Staff.Physicians;

namespace AuthServer.Tests.Platform.Web;

/// <summary>Changes as typed clients send them: with a null for every member that was not set.</summary>
public sealed class PatchTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_null_in_json_changes_nothing_and_clear_clears()
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi", locale = "he", username = "typed.person" });

        var renamed = await (await PatchAsync(
            "users/me", """{"full_name":"Dana Cohen","username":null,"locale":null,"clear":null}""", person)).ShouldBeAsync(200);
        var cleared = await (await PatchAsync(
            "users/me", """{"full_name":null,"clear":["locale","Username"]}""", person)).ShouldBeAsync(200);

        renamed["locale"]!.GetValue<string>().Should().Be("he");
        renamed["username"]!.GetValue<string>().Should().Be("typed.person");
        cleared["full_name"]!.GetValue<string>().Should().Be("Dana Cohen");
        cleared["locale"].Should().BeNull();
        cleared["username"].Should().BeNull();
    }

    [Theory]
    [InlineData("""{"clear":["email"]}""")]
    [InlineData("""{"clear":["clear"]}""")]
    [InlineData("""{"clear":[null]}""")]
    [InlineData("""{"clear":["locale","locale"]}""")]
    [InlineData("""{"locale":"he","clear":["locale"]}""")]
    public async Task What_cannot_be_cleared_or_is_given_as_well_is_refused(string body)
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi" });

        var problem = await (await PatchAsync("users/me", body, person)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("clear");
    }

    [Fact]
    public async Task Settings_inside_are_cleared_one_by_one_and_a_null_resets_none()
    {
        var (admin, clinic) = (await server.SignInAsAsync(Role.Admin), await server.OpenClinicAsync());
        var path = $"tenants/{clinic.Id}";
        await (await PatchAsync(path, """{"settings":{"mail_sender_name":"Heart","session_idle_minutes":30}}""", admin)).ShouldBeAsync(200);

        await (await PatchAsync(path, """{"name":null,"settings":null}""", admin)).ShouldBeAsync(200);
        var kept = await (await PatchAsync(path, """{"settings":{"mail_sender_name":null}}""", admin)).ShouldBeAsync(200);
        var cleared = await (await PatchAsync(path, """{"clear":["settings.session_idle_minutes"]}""", admin)).ShouldBeAsync(200);

        kept["settings"]!["mail_sender_name"]!.GetValue<string>().Should().Be("Heart");
        cleared["settings"]!["mail_sender_name"]!.GetValue<string>().Should().Be("Heart");
        cleared["settings"]!["session_idle_minutes"].Should().BeNull();
        await (await PatchAsync(path, """{"clear":["name"]}""", admin)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_list_of_what_cannot_be_cleared_is_refused_once_however_long_it_is()
    {
        var person = await server.Api.RegisterAsync();
        var names = string.Join(',', Enumerable.Repeat("\"\"", 20_000));

        var refused = await (await PatchAsync("users/me", $$"""{"clear":[{{names}}]}""", person)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);

        refused["errors"]!["clear"]!.AsArray().Should().ContainSingle();
    }

    [Fact]
    public async Task A_typed_client_that_sets_one_field_of_a_physician_keeps_all_others()
    {
        var physician = await server.RegisterPhysicianAsync();
        await (await PatchAsync("physicians/me", """{"private_pool":"North","accepting_patients":false}""", physician)).ShouldBeAsync(200);

        var changed = await (await PatchAsync(
            "physicians/me",
            """
            {"language_preference":null,"private_pool":null,"vacation_mode":null,"vacation_until":null,"accepting_patients":null,
             "specialty":"cardiology","clear":null}
            """, physician)).ShouldBeAsync(200);
        var cleared = await (await PatchAsync("physicians/me", """{"clear":["private_pool"]}""", physician)).ShouldBeAsync(200);

        ((string?)changed["private_pool"], (bool)changed["accepting_patients"]!).Should().Be(("North", false));
        cleared["private_pool"].Should().BeNull();
    }

    [Fact]
    public async Task A_day_is_cleared_and_a_null_leaves_it()
    {
        var physician = await server.RegisterPhysicianAsync();
        await (await PatchAsync(
            "physicians/me", """{"vacation_until":"2099-01-01","specialty":"cardiology"}""", physician)).ShouldBeAsync(200);

        var kept = await (await PatchAsync("physicians/me", """{"vacation_until":null,"specialty":null}""", physician)).ShouldBeAsync(200);
        var cleared = await (await PatchAsync("physicians/me", """{"clear":["vacation_until"]}""", physician)).ShouldBeAsync(200);

        (kept["vacation_until"]!.GetValue<string>(), kept["specialty"]!.GetValue<string>()).Should().Be(("2099-01-01", "cardiology"));
        cleared["vacation_until"].Should().BeNull();
        cleared["vacation_mode"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task A_key_keeps_what_is_null()
    {
        var key = await server.MakeKeyAsync("users:read");

        var changed = await (await PatchAsync(
            $"api-keys/{key.Id}", """{"name":null,"scopes":null,"expires_at":null,"requests_per_minute":7}""", key.Owner))
            .ShouldBeAsync(200);

        changed["requests_per_minute"]!.GetValue<int>().Should().Be(7);
        changed["scopes"]!.AsArray().Should().ContainSingle();
    }

    private Task<HttpResponseMessage> PatchAsync(string path, string body, SignedIn caller) =>
        server.Api.SendAsync(HttpMethod.Patch, path, body, caller.AccessToken);
}
