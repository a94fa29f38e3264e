using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Cli;

/// <summary>What operators do to accounts: the same as platform administrators, under the same rules.</summary>
public sealed class UserCommandTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Somebody_is_invited_and_sets_the_password_with_the_mailed_link()
    {
        var email = Api.NewEmail();

        var result = await RunAsync("users", "invite", email, "--full-name", "Dana Levi", "--roles", "support");

        result.Output.Should().MatchRegex($@"^\S+  invited   {email} \(unconfirmed\)  support  Dana Levi\n$");
        var token = await server.MailedTokenAsync(MailKinds.Invitation, email);
        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = Api.Password })).ShouldBeAsync(204);
        (await server.Api.LoginAsync(email)).User!["roles"]![0]!.GetValue<string>().Should().Be("support");
        (await AuditedAsync("user.invited", Guid.Parse(result.Output[..36]))).Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task As_json_an_account_is_what_the_api_answers(bool byId)
    {
        var (person, admin) = (await server.Api.RegisterAsync(more: new { full_name = "נועה \"כהן\"" }),
            await server.SignInAsAsync(Role.Admin));

        var result = await RunAsync("users", "show", byId ? $"{person.UserId}" : person.Email.ToUpperInvariant(), "--json");

        result.Output
            .TrimEnd('\n')
            .Should()
            .Be(await (await server.Api.GetAsync($"users/{person.UserId}", admin.AccessToken)).Content.ReadAsStringAsync());
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task An_account_is_disabled_with_its_sessions_and_enabled_again()
    {
        var person = await server.Api.RegisterAsync();

        (await RunAsync("users", "disable", person.Email, "--reason", "Left the clinic.", "--until", "2099-01-01T08:00Z")).Output
            .Should()
            .Contain("  disabled  ").And
            .EndWith("  [Left the clinic., until 2099-01-01 08:00 UTC]\n");

        await Eventually.TrueAsync(
            async () => (int)(await server.Api.GetAsync("auth/me", person.AccessToken)).StatusCode == 401, "a refusal");
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.AccountDisabled);
        (await AuditedAsync("user.disabled", person.UserId)).Should().Be(1);
        (await AuditedAsync("session.ended", person.UserId)).Should().Be(1);

        (await RunAsync("users", "enable", person.Email)).Output.Should().Contain("  active  ");
        await server.Api.LoginAsync(person.Email);
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task Roles_are_set_everywhere_and_at_a_tenant()
    {
        var (person, clinic) = (await server.Api.RegisterAsync(), await server.OpenClinicAsync());
        await server.ProveMailboxAsync(person);

        (await RunAsync("users", "roles", person.Email, "--roles", "patient,support")).Output.Should().Contain("  patient support\n");
        (await RunAsync("users", "roles", person.Email, "--roles", "physician", "--tenant", clinic.Slug)).Output.Should()
            .Contain($"physician@{clinic.Slug}");
        (await RunAsync("users", "roles", person.Email, "--roles", "none", "--tenant", clinic.Slug)).Output.Should()
            .NotContain(clinic.Slug);

        (await server.Api.LoginAsync(person.Email)).User!["roles"]!.AsArray().Should().HaveCount(2);
        (await AuditedAsync("user.roles_changed", person.UserId)).Should().Be(3);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task The_last_administrator_is_safe_from_the_operator_too()
    {
        await using var fresh = await StartedServer.StartAsync();
        var admin = await fresh.SignInAsAsync(Role.Admin);

        foreach (var line in new string[][]
        {
            ["roles", admin.Email, "--roles", "patient"],
            ["disable", admin.Email, "--reason", "x"],
            ["delete", admin.Email, "--yes"]
        })
        {
            var result =
                await ServerProgram.RunAsync(["users", .. line, "--json"], ServerProgram.GoodEnvironment(fresh.Database.ServerConnection));

            result.ExitCode.Should().Be(1);
            JsonNode.Parse(result.Error)!["code"]!.GetValue<string>().Should().Be("last_admin");
        }

        await (await fresh.Api.GetAsync("auth/me", admin.AccessToken)).ShouldBeAsync(200);
        (await fresh.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE reason = 'last_admin' AND actor_id IS NULL AND session_id IS NULL AND request_id "
                + "LIKE 'cli-%'")).Should().Be(3);
    }

    [Fact]
    public async Task A_lock_is_lifted_and_a_link_is_mailed()
    {
        var person = await server.Api.RegisterAsync();
        for (var time = 0; time < 5; time++)
        {
            await server.Api.PostAsync("auth/login", new { email = person.Email, password = "a wrong password of mine" });
        }

        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.LockedOut);

        await RunAsync("users", "unlock", person.Email);
        await server.Api.LoginAsync(person.Email);
        await RunAsync("users", "reset", person.Email);
        (await server.MailsAsync(MailKinds.ResetPassword, person.Email)).Should().ContainSingle();
        var again = await ServerProgram.RunAsync(["users", "reset", person.Email, "--json"], Environment);
        JsonNode.Parse(again.Error)!["code"]!.GetValue<string>().Should().Be("rate_limited");
    }

    [Fact]
    public async Task An_account_is_deleted_when_it_is_meant()
    {
        var person = await server.Api.RegisterAsync();

        (await ServerProgram.RunAsync(["users", "delete", person.Email], Environment)).ExitCode.Should().Be(2);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        (await RunAsync("users", "delete", person.Email, "--yes")).Output.Should().Be($"Erased {person.Email} ({person.UserId}).\n");

        await Eventually.TrueAsync(
            async () => (int)(await server.Api.GetAsync("auth/me", person.AccessToken)).StatusCode == 401, "a refusal");
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.deleted' AND actor_id IS NULL AND request_id LIKE 'cli-%'")).Should()
                .Be(1);
        (await ServerProgram.RunAsync(["users", "show", $"{person.UserId}"], Environment)).Error.Should()
            .Be("The account cannot be shown: There is no such account.\n");
    }

    [Fact]
    public async Task A_guest_is_called_one_and_an_erasure_that_is_due_is_told_with_its_date()
    {
        var (guest, leaving) = (Guid.NewGuid(), await server.Api.RegisterAsync());
        await server.Database.ExecuteAsync(
            "INSERT INTO users (id, email, normalized_email, status, is_anonymous, email_confirmed, phone_number_confirmed, "
                + "two_factor_enabled, lockout_enabled, access_failed_count, token_version, created_at) VALUES (@id, @id || "
                + "'@guest.invalid', @id || '@guest.invalid', 'active', true, false, false, false, false, 0, 1, now())", ("id", guest));
        await server.Database.ExecuteAsync("UPDATE users SET erasure_due_at = '2099-01-01T08:00Z' WHERE id = @id", ("id", leaving.UserId));

        (await RunAsync("users", "show", $"{guest}")).Output.Should().MatchRegex($"^{guest}  active    guest *\n$");
        (await RunAsync("users", "show", leaving.Email)).Output.Should()
            .EndWith("  [will be erased on 2099-01-01 08:00 UTC at the person's request]\n");
    }

    [Fact]
    public async Task Accounts_are_listed_past_the_pages_of_the_api_and_filtered()
    {
        var clinic = await server.OpenClinicAsync();
        await server.Database.ExecuteAsync("""
            WITH people AS (
                INSERT INTO users (id, email, normalized_email, full_name, status, email_confirmed, phone_number_confirmed,
                    two_factor_enabled, lockout_enabled, access_failed_count, token_version, created_at)
                SELECT gen_random_uuid(), 'listed' || n || '@example.com', 'listed' || n || '@example.com', 'Listed ' || n, 'active', true,
                    false, false, false, 0, 1, now() FROM generate_series(1, 130) n RETURNING id)
            INSERT INTO memberships (user_id, tenant_id, role, created_at) SELECT id, @clinic, 'patient', now() FROM people
            """, ("clinic", clinic.Id));

        var result = await RunAsync("users", "list", "--tenant", clinic.Slug, "--role", "patient", "--limit", "125", "--json");
        var ids = result.Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!["id"]!.GetValue<Guid>())
            .ToList();

        ids.Should().HaveCount(125).And.OnlyHaveUniqueItems();
        result.Error.Should().BeEmpty();
        var found = await RunAsync("users", "list", "--search", "listed77", "--status", "active");
        found.Output.Should().MatchRegex(@"^ID .*\n\S+  active    listed77@example.com  .*\n$");
        found.Error.Should().Be("1 of 1.\n");
    }

    [Theory]
    [InlineData(1, "users", "show", "nobody@example.com")]
    [InlineData(1, "users", "list", "--tenant", "nobody's")]
    [InlineData(1, "users", "show", "' OR true --")]
    [InlineData(1, "users", "enable", "00000000-0000-0000-0000-000000000000")]
    [InlineData(1, "users", "roles", "nobody@example.com", "--roles", "admin")]
    [InlineData(1, "users", "invite", "dana.invited@example.com", "--tenant", "nobody's")]
    [InlineData(2, "users", "invite", "no address")]
    [InlineData(2, "users", "invite", "dana.invited@example.com", "--roles", "emperor")]
    [InlineData(2, "users", "disable", "nobody@example.com")]
    [InlineData(2, "users", "list", "--limit", "0")]
    [InlineData(2, "users", "list", "--limit", "many")]
    [InlineData(2, "users", "list", "--role", "emperor")]
    [InlineData(2, "users", "list", "--search", "%_%")]
    [InlineData(2, "users", "list", "--limt=3")]
    [InlineData(2, "users")]
    public async Task What_cannot_be_done_is_said_on_one_line(int exitCode, params string[] line)
    {
        var result = await ServerProgram.RunAsync(line, Environment);

        (result.ExitCode, result.Output).Should().Be((exitCode, ""));
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle().Which.Should().NotContain("   at ");
    }

    [Fact]
    public async Task An_odd_name_of_ten_thousand_characters_is_nobodys()
    {
        var result = await ServerProgram.RunAsync(["users", "show", new string('ü', 10_000) + "@example.com"], Environment);

        result.Should().Be(new ServerProgram.Finished(1, "", "The account cannot be shown: There is no such account.\n"));
    }

    private Dictionary<string, string?> Environment => ServerProgram.GoodEnvironment(server.Database.ServerConnection);

    private async Task<ServerProgram.Finished> RunAsync(params string[] line)
    {
        var result = await ServerProgram.RunAsync(line, Environment);
        result.ExitCode.Should().Be(0, result.Error);
        return result;
    }

    private Task<long> AuditedAsync(string type, Guid subject) => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND subject_id = @subject AND outcome = 'success' AND actor_id IS NULL AND "
            + "request_id LIKE 'cli-%'", ("type", type), ("subject", subject));
}
