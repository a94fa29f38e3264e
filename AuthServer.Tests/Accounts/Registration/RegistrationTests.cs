using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

public sealed class RegistrationTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Registering_makes_a_patient_and_signs_them_in()
    {
        var email = Api.NewEmail();

        var response =
            await server.Api.PostAsync(
                "auth/register",
                new { email, password = Api.Password, full_name = " Dana Levi ", locale = "he", device_name = "Dana's phone" });

        var body = await response.ShouldBeAsync(201);
        response.Headers.Location!.ToString().Should().Be("/api/v1/users/me");
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        body["token_type"]!.GetValue<string>().Should().Be("Bearer");
        body["expires_in"]!.GetValue<int>().Should().Be(600);
        var user = body["user"]!;
        user["email"]!.GetValue<string>().Should().Be(email);
        user["full_name"]!.GetValue<string>().Should().Be("Dana Levi");
        user["locale"]!.GetValue<string>().Should().Be("he");
        user["roles"]!.ToJsonString().Should().Be("""["patient"]""");
        user["email_verified"]!.GetValue<bool>().Should().BeFalse();
        user["username"].Should().BeNull();
        user["physician"].Should().BeNull();
        user["tenant"].Should().BeNull();
        var me = await (await server.Api.GetAsync("auth/me", body["access_token"]!.GetValue<string>())).ShouldBeAsync(200);
        me.ToJsonString().Should().Be(user.ToJsonString());
    }

    [Theory]
    [InlineData("/api/v1/auth/register")]
    [InlineData("/api/v1/auth/signup")]
    [InlineData("/api/auth/register")]
    [InlineData("/api/auth/signup")]
    public async Task Registration_has_an_alias_and_needs_no_version(string path)
    {
        var response = await server.Api.PostAsync(path, new { email = Api.NewEmail(), password = Api.Password });

        await response.ShouldBeAsync(201);
    }

    [Fact]
    public async Task The_device_name_is_what_the_list_of_devices_shows()
    {
        var registered = await server.Api.RegisterAsync(more: new { device_name = "Kitchen tablet" });

        var sessions = await (await server.Api.GetAsync("auth/sessions", registered.AccessToken)).ShouldBeAsync(200);

        sessions["items"]![0]!["device_name"]!.GetValue<string>().Should().Be("Kitchen tablet");
    }

    [Fact]
    public async Task An_address_that_has_an_account_is_taken()
    {
        var registered = await server.Api.RegisterAsync();

        var again = await server.Api.PostAsync("auth/register", new { email = registered.Email, password = Api.Password });

        await again.ShouldBeProblemAsync(ErrorCodes.EmailTaken);
    }

    [Theory]
    [InlineData("kay.smith", "kay.smith")]
    [InlineData("lou_smith", "LOU_Smith")]
    public async Task A_user_name_is_taken_in_every_spelling_and_shown_in_the_chosen_one(string first, string second)
    {
        var registered = await server.Api.RegisterAsync(more: new { username = first });

        var again = await server.Api.PostAsync("auth/register", new { email = Api.NewEmail(), username = second, password = Api.Password });

        registered.User!["username"]!.GetValue<string>().Should().Be(first);
        await again.ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("support")]
    public async Task Nobody_registers_as_staff(string role)
    {
        var email = Api.NewEmail();

        var response = await server.Api.PostAsync("auth/register", new { email, role, password = Api.Password });

        await response.ShouldBeProblemAsync(ErrorCodes.RoleNotAllowed);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
    }

    [Theory]
    [InlineData("email", "null")]
    [InlineData("email", "\"\"")]
    [InlineData("email", "\"not an address\"")]
    [InlineData("password", "null")]
    [InlineData("password", "\"\"")]
    [InlineData("password", "\"short\"")]
    [InlineData("username", "\"\"")]
    [InlineData("username", "\"ab\"")]
    [InlineData("username", "\"someone@example.com\"")]
    [InlineData("username", "\"-dash\"")]
    [InlineData("username", "\"tab\\tname\"")]
    [InlineData("username", "\"name\\n\"")]
    [InlineData("username", "\"k\\u212Aate\"")]
    [InlineData("full_name", "\"Dana\\u0000\"")]
    [InlineData("full_name", "\"Dana\\u202Eanad\"")]
    [InlineData("full_name", "\"\\u2028\"")]
    [InlineData("locale", "\"not a tag\"")]
    [InlineData("role", "\"Administrator\"")]
    [InlineData("role", "\"nurse\"")]
    [InlineData("role", "\"\"")]
    [InlineData("tenant", "\"acme\\u0000\"")]
    [InlineData("physician", "{\"license_number\":\"1\"}")]
    public async Task A_field_that_is_not_acceptable_is_named(string field, string value)
    {
        var members =
            new Dictionary<string, string>(
                StringComparer.Ordinal)
            { ["email"] = $"\"{Api.NewEmail()}\"", ["password"] = $"\"{Api.Password}\"", [field] = value };
        var body = $"{{{string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}"))}}}";

        var problem = await (await server.Api.PostAsync("auth/register", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    // Ideographic spaces: blank to a reader, and longer than the column.
    [Theory]
    [InlineData("full_name", 201, "x")]
    [InlineData("full_name", 201, "\u3000")]
    [InlineData("username", 65, "x")]
    [InlineData("locale", 36, "x")]
    public async Task A_field_that_is_too_long_is_named(string field, int length, string character)
    {
        var more =
            new Dictionary<string, string>(
                StringComparer.Ordinal)
            {
                ["email"] = Api.NewEmail(),
                ["password"] = Api.Password,
                [field] = string.Concat(Enumerable.Repeat(character, length))
            };

        var problem = await (await server.Api.PostAsync("auth/register", more)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var response = await server.Api.PostAsync("auth/register", new { email = "nowhere", username = "x", locale = "?" });

        var problem = await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        problem.InvalidFields().Should().BeEquivalentTo("email", "username", "locale", "password");
    }

    [Theory]
    [InlineData("""<img src=x onerror="alert(1)">""")]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("${jndi:ldap://example.com}{{7*7}}%s%n")]
    [InlineData("'); DROP TABLE users; --")]
    [InlineData("דנה לוי 👩‍⚕")]
    public async Task A_name_is_text_and_comes_back_as_it_was_typed(string name)
    {
        var registered = await server.Api.RegisterAsync(more: new { full_name = name });

        registered.User!["full_name"]!.GetValue<string>().Should().Be(name);
    }
}
