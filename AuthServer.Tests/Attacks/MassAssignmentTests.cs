using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Sending members that a route does not know has no effect.</summary>
public sealed class MassAssignmentTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Invented =
    [
        "role_id", "roles", "is_admin", "isAdmin", "IsAdmin", "tenant_id", "tenantId", "emailConfirmed", "email_verified",
            "lockoutEnd", "securityStamp",
        "passwordHash", "createdAt", "claims", "user_id", "sub", "__proto__", "constructor", "$type", "$id", "$ref", "memberships",
            "Password", "EMAIL", "licences",
    ];

    // Members that people may set, named like the column.
    private static readonly string[] OpenAtRegistration = ["email", "full_name", "locale"];
    private static readonly string[] OpenInProfile = ["full_name", "locale"];

    [Fact]
    [Trait("ASVS", "15.3.3")]
    public async Task No_column_of_a_user_can_be_set_by_registering()
    {
        foreach (var member in (await ColumnsAsync()).Concat(Invented).Except(OpenAtRegistration, StringComparer.Ordinal))
        {
            var email = Api.NewEmail();

            var response =
                await server.Api.PostAsync("auth/register", $"{{\"email\":\"{email}\",\"password\":\"{Api.Password}\",\"{member}\":true}}");

            await response.ShouldBeProblemAsync(ErrorCodes.UnknownField);
            (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should()
                .Be(0, "{0} was sent", member);
        }
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task No_other_column_of_a_user_can_be_set_in_the_profile(string method)
    {
        var person = await server.Api.RegisterAsync();
        var before = await RowAsync(person.UserId);

        foreach (var member in (await ColumnsAsync()).Concat(Invented).Except(OpenInProfile, StringComparer.Ordinal))
        {
            var body = $"{{\"full_name\":\"Changed\",\"username\":null,\"locale\":null,\"{member}\":true}}";

            await (await server.Api.SendAsync(new HttpMethod(method), "users/me", body, person.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.UnknownField);
        }

        (await RowAsync(person.UserId)).Should().Be(before);
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("id")]
    [InlineData("user_id")]
    [InlineData("state")]
    [InlineData("status")]
    [InlineData("verified_by")]
    [InlineData("private_pool")]
    [InlineData("licences")]
    public async Task No_physician_verifies_themselves(string member)
    {
        var body =
            $$"""
            {"physician":{"license_number":"1","{{member}}":"verified"},"role":"physician",
            "email":"{{Api.NewEmail()}}","password":"{{Api.Password}}"}
            """;

        var problem = await (await server.Api.PostAsync("auth/register", body)).ShouldBeProblemAsync(ErrorCodes.UnknownField);

        problem.InvalidFields().Should().Equal($"physician.{member}");
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("auth/login", """{"email":"a@example.com","password":"x","is_admin":true}""", "is_admin")]
    [InlineData("auth/login", """{"email":"a@example.com","password":"x","tenant":"acme"}""", "tenant")]
    [InlineData("auth/login", """{"email":"a@example.com","password":"x","password":"y"}""", "password")]
    [InlineData("auth/login", """{"email":"a@example.com","Email":"b@example.com","password":"x"}""", "Email")]
    [InlineData("auth/register", """{"email":"a@example.com","email":"b@example.com","password":"plum tree waltz"}""", "email")]
    [InlineData("auth/register", """{"role":"physician","physician":{"specialty":"a","specialty":"b"}}""", "physician.specialty")]
    public async Task An_unknown_or_repeated_member_is_named(string path, string body, string field)
    {
        var problem = await (await server.Api.PostAsync(path, body)).ShouldBeProblemAsync(ErrorCodes.UnknownField);

        problem.InvalidFields().Should().Equal(field);
    }

    private async Task<IEnumerable<string>> ColumnsAsync()
    {
        var columns =
            await server.Database.QueryAsync<string[]>(
                "SELECT array_agg(column_name::text) FROM information_schema.columns WHERE table_name = 'users'");
        columns.Should().Contain(["password_hash", "email_confirmed", "token_version", "status"]);
        return columns;
    }

    private Task<string> RowAsync(Guid user) =>
        server.Database.QueryAsync<string>("SELECT u::text FROM users u WHERE id = @id", ("id", user));
}
