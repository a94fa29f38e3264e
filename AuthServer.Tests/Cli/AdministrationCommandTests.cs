using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Staff.Physicians;

namespace AuthServer.Tests.Cli;

/// <summary>What operators do with tenants, licences, sessions and new API keys: the same as the routes.</summary>
public sealed class AdministrationCommandTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_tenant_is_created_listed_suspended_and_reopened()
    {
        var slug = $"north-{Guid.NewGuid():N}"[..20];

        var created = JsonNode.Parse((await RunAsync("tenants", "create", slug, "--name", "North Clinic", "--json")).Output)!;
        var list = await RunAsync("tenants", "list", "--search", slug);
        var suspended = await RunAsync("tenants", "suspend", slug, "--reason", "The contract has ended.");

        created["status"]!.GetValue<string>().Should().Be("active");
        list.Output.Split('\n')[0].Should().StartWith("ID ").And.EndWith("NAME");
        list.Output.Split('\n')[1].Should().StartWith(created["id"]!.GetValue<string>()).And.Contain(slug).And.EndWith("North Clinic");
        list.Error.Should().Be("1 tenant.\n");
        suspended.Output.Should().Contain("  suspended  ");
        (await RunAsync("tenants", "suspend", slug, "--reason", "Again.")).ExitCode.Should().Be(1);
        (await RunAsync("tenants", "reopen", slug, "--reason", "It goes on.")).Output.Should().Contain("  active  ");
        (await RunAsync("tenants", "create", slug, "--name", "Another")).Error.Should().Contain("No tenant was created");
        (await RunAsync("tenants", "create", "Not A Slug", "--name", "Another")).ExitCode.Should().Be(2);
        (await RunAsync("tenants", "suspend", "nowhere", "--reason", "x")).ExitCode.Should().Be(1);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE tenant_id = @id AND type LIKE 'tenant.%' AND actor_id IS NULL",
            ("id", created["id"]!.GetValue<Guid>()))).Should().Be(3);
    }

    [Fact]
    public async Task A_licence_is_listed_verified_and_another_rejected()
    {
        var (first, second) = (await PhysicianAsync("1-111"), await PhysicianAsync("1-222"));

        var list = await RunAsync("licences", "list");
        list.Output.Should().Contain($"{first.UserId}  ").And.Contain("1-111 IL pending");

        (await RunAsync("licences", "verify", first.Email, "--number", "9-999")).ExitCode.Should().Be(1);
        (await RunAsync("licences", "verify", first.Email, "--number", "1-111")).Output.Should().Contain("1-111 IL verified");
        (await RunAsync("licences", "reject", second.Email, "--reason", "Not in the register.", "--json")).Output.Should()
            .Contain("Not in the register.");
        (await RunAsync("licences", "verify", (await server.Api.RegisterAsync()).Email)).Error.Should()
            .Contain("There is no such physician.");
        (await RunAsync("licences", "list", "--state", "nonsense")).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task Somebodys_sessions_are_listed()
    {
        var person = await server.Api.RegisterAsync();

        var list = await RunAsync("sessions", "list", "--user", person.Email);

        list.Output.Split('\n')[0].Should().StartWith("ID ");
        list.Output.Split('\n')[1].Should().StartWith($"{person.SessionId}");
        list.Error.Should().Be("1 session.\n");
        (await RunAsync("sessions", "list", "--user", "nobody@example.com")).ExitCode.Should().Be(1);
    }

    [Fact]
    public async Task An_API_key_is_created_for_an_administrator_and_works_and_for_nobody_else()
    {
        var (admin, patient) = (await server.SignInAsAsync(Role.Admin), await server.Api.RegisterAsync());

        var made = await RunAsync("api-keys", "create", "billing", "--owner", $"{admin.UserId}", "--scopes", "users:read");

        made.ExitCode.Should().Be(0, made.Error);
        made.Output.Should().StartWith("as_");
        await (await server.Api.GetWithKeyAsync("users", made.Output.Trim())).ShouldBeAsync(200);
        (await RunAsync("api-keys", "create", "billing", "--owner", patient.Email, "--scopes", "users:read")).Error.Should()
            .Contain("has to be an administrator");
        (await RunAsync("api-keys", "create", "billing", "--owner", patient.Email, "--scopes", "everything")).ExitCode.Should().Be(2);
    }

    [Theory]
    [InlineData("users", "disable", "dana@example.com", "--reason", "x", "--until", "2099-01-01T00:00:00")]
    [InlineData("users", "disable", "dana@example.com", "--reason", "x", "--until", "2099-01-01")]
    [InlineData("api-keys", "create", "x", "--owner", "dana@example.com", "--scopes", "users:read", "--expires-at", "2099-01-01T00:00")]
    public async Task A_time_without_an_offset_is_refused(params string[] line)
    {
        var result = await RunAsync(line);

        result.ExitCode.Should().Be(2);
        result.Error.Should().Contain("offset").And.Contain("2027-01-01T08:00Z");
    }

    [Theory]
    [InlineData("Did you mean 'users'?", "user", "list")]
    [InlineData("Did you mean 'list'?", "users", "lst")]
    [InlineData("Did you mean '--tenant'?", "sessions", "revoke-all", "--tennant", "north")]
    [InlineData("Did you mean '--status'?", "users", "list", "--statsu=active")]
    [InlineData("Did you mean '--check-configuration'?", "--check-configuraton")]
    public async Task A_mistyped_word_is_answered_with_the_nearest(string meant, params string[] line)
    {
        var result = await RunAsync(line);

        result.ExitCode.Should().Be(2);
        result.Error.Should().Contain(meant);
    }

    private async Task<SignedIn> PhysicianAsync(string number)
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Database.ExecuteAsync(
            "UPDATE licences SET number = @number, jurisdiction = 'IL' WHERE id = @id", ("number", number), ("id", physician.LicenceId()));
        return physician;
    }

    private Task<ServerProgram.Finished> RunAsync(params string[] line) =>
        ServerProgram.RunAsync(line, ServerProgram.GoodEnvironment(server.Database.ServerConnection));
}
