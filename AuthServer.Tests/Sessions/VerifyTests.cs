using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

public sealed class VerifyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_good_token_is_told_what_it_says()
    {
        var person = await server.Api.RegisterAsync();

        var body = await (await server.Api.PostAsync("auth/verify", bearer: person.AccessToken)).ShouldBeAsync(200);

        body["valid"]!.GetValue<bool>().Should().BeTrue();
        body["sub"]!.GetValue<Guid>().Should().Be(person.UserId);
        body["sid"]!.GetValue<Guid>().Should().Be(person.SessionId);
        body["roles"]!.AsArray().Select(role => role!.GetValue<string>()).Should().Equal(Role.Patient);
        body["tenant"].Should().BeNull();
        body["exp"]!.GetValue<long>().Should().Be(person.Claims["exp"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_token_for_a_tenant_names_it()
    {
        var tenant = Guid.CreateVersion7();
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("""
            INSERT INTO tenants (id, slug, name, status, created_at, settings)
                VALUES (@tenant, 'carmel', 'Carmel', 'active', now(), '{"self_registration":false}');
            INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES (@user, @tenant, 'admin', now())
            """, ("tenant", tenant), ("user", person.UserId));
        var member = await server.Api.LoginAsync(person.Email);

        var body = await (await server.Api.PostAsync("auth/verify", bearer: member.AccessToken)).ShouldBeAsync(200);

        body["tenant"]!.GetValue<Guid>().Should().Be(tenant);
        body["roles"]!.AsArray().Select(role => role!.GetValue<string>()).Should().Equal(Role.Patient);
        member.Claims["tenant"]!.GetValue<Guid>().Should().Be(tenant);
        member.Claims["tenant_role"]!.ToJsonString().Should().Be("""["admin"]""");
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task A_token_whose_account_is_gone_finds_nobody()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("DELETE FROM users WHERE id = @id", ("id", person.UserId));

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionExpired);
    }
}
