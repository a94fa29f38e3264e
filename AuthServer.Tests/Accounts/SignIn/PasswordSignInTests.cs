using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.SignIn;

public sealed class PasswordSignInTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_right_password_signs_in_and_says_who_it_is()
    {
        var registered = await server.Api.RegisterAsync();

        var signedIn = await server.Api.LoginAsync(registered.Email);

        signedIn.UserId.Should().Be(registered.UserId);
        signedIn.SessionId.Should().NotBe(registered.SessionId);
        signedIn.ExpiresIn.Should().Be(600);
        signedIn.Claims["amr"]!.ToJsonString().Should().Be("""["pwd"]""");
    }

    [Theory]
    [InlineData("email", "signing.in1@example.com")]
    [InlineData("email", "Signing.In1@EXAMPLE.com")]
    [InlineData("email", "signing.in1")]
    [InlineData("email", " SIGNING.IN1 ")]
    [InlineData("username", "signing.in1")]
    [InlineData("username", "Signing.In1")]
    [InlineData("username", "signing.in1@example.com")]
    public async Task Either_field_takes_the_address_and_the_user_name(string field, string name)
    {
        await server.Api.PostAsync(
            "auth/register", new { email = "signing.in1@example.com", username = "signing.in1", password = Api.Password });

        var response =
            await server.Api.PostAsync(
                "auth/login", new Dictionary<string, string>(StringComparer.Ordinal) { [field] = name, ["password"] = Api.Password });

        (await SignedIn.ReadAsync(response)).Email.Should().Be("signing.in1@example.com");
    }

    [Theory]
    [InlineData("/api/v1/auth/login")]
    [InlineData("/api/auth/login")]
    public async Task Signing_in_needs_no_version(string path)
    {
        var registered = await server.Api.RegisterAsync();

        var response = await server.Api.PostAsync(path, new { email = registered.Email, password = Api.Password });

        (await SignedIn.ReadAsync(response)).UserId.Should().Be(registered.UserId);
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task A_wrong_password_and_an_unknown_account_get_the_same_answer()
    {
        var registered = await server.Api.RegisterAsync();

        var wrong =
            await (await server.Api.PostAsync(
                "auth/login", new { email = registered.Email, password = "not the password" })).ShouldBeProblemAsync(
                    ErrorCodes.InvalidCredentials);
        var unknown =
            await (await server.Api.PostAsync(
                "auth/login", new { email = Api.NewEmail(), password = "not the password" })).ShouldBeProblemAsync(
                    ErrorCodes.InvalidCredentials);

        wrong.Remove("trace_id");
        unknown.Remove("trace_id");
        wrong.ToJsonString().Should().Be(unknown.ToJsonString());
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task An_account_without_a_password_is_like_a_wrong_password()
    {
        var registered = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET password_hash = NULL WHERE id = @id", ("id", registered.UserId));

        var response = await server.Api.PostAsync("auth/login", new { email = registered.Email, password = Api.Password });

        await response.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task That_an_account_is_disabled_is_told_only_after_the_right_password()
    {
        var registered = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", registered.UserId));

        var wrong = await server.Api.PostAsync("auth/login", new { email = registered.Email, password = "not the password" });
        var right = await server.Api.PostAsync("auth/login", new { email = registered.Email, password = Api.Password });

        await wrong.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        await right.ShouldBeProblemAsync(ErrorCodes.AccountDisabled);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM sessions WHERE user_id = @id", ("id", registered.UserId))).Should()
            .Be(1);
    }

    [Theory]
    [InlineData("""{"password":"x"}""", "username")]
    [InlineData("""{"email":"","password":"x"}""", "email")]
    [InlineData("""{"email":"  ","password":"x"}""", "email")]
    [InlineData("""{"username":"","password":"x"}""", "username")]
    [InlineData("""{"email":"a@example.com","username":"a","password":"x"}""", "username")]
    [InlineData("""{"email":"a@example.com"}""", "password")]
    [InlineData("""{"email":"a@example.com","password":null}""", "password")]
    [InlineData("""{"email":"a@example.com","password":""}""", "password")]
    [InlineData("""{"email":"a@example.com\u0000","password":"x"}""", "email")]
    [InlineData("""{"username":"a\u0000","password":"x"}""", "username")]
    [InlineData("""{"email":"a@example.com","password":"x\u0000y"}""", "password")]
    public async Task A_field_that_is_not_acceptable_is_named(string body, string field)
    {
        var problem = await (await server.Api.PostAsync("auth/login", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Theory]
    [InlineData("email", 255, "x")]
    [InlineData("password", 4000, "x")]
    public async Task A_field_that_is_too_long_is_named(string field, int length, string character)
    {
        var body =
            new Dictionary<string, string>(
                StringComparer.Ordinal)
            {
                ["email"] = "a@example.com",
                ["password"] = "x",
                [field] = string.Concat(Enumerable.Repeat(character, length))
            };

        var problem = await (await server.Api.PostAsync("auth/login", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Theory]
    [Trait("ASVS", "1.2.4")]
    [InlineData("' OR 1=1--")]
    [InlineData("a@example.com' OR '1'='1")]
    [InlineData("$$; DROP TABLE users; --")]
    [InlineData("%")]
    [InlineData("_______")]
    [InlineData("*@*")]
    [InlineData("\u202Eadmin@example.com")]
    public async Task What_tries_to_be_sql_or_a_pattern_is_an_unknown_name(string name)
    {
        var response = await server.Api.PostAsync("auth/login", new { email = name, password = "not the password" });

        ((int)response.StatusCode).Should().BeOneOf(401, 400);
    }

    [Fact]
    public async Task The_last_sign_in_is_kept()
    {
        var registered = await server.Api.RegisterAsync();

        var signedIn = await server.Api.LoginAsync(registered.Email);

        signedIn.User!["last_login_at"]!
            .GetValue<DateTimeOffset>()
            .Should()
            .BeAfter(registered.User!["last_login_at"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    [Trait("ASVS", "6.1.1")]
    public async Task What_cannot_be_a_password_is_refused_and_locks_nobody_out()
    {
        var registered = await server.Api.RegisterAsync();

        for (var attempt = 0; attempt < 6; attempt++)
        {
            await (await server.Api.PostAsync(
                "auth/login", $$"""{"email":"{{registered.Email}}","password":"plum tree waltz\ufffe"}""")).ShouldBeProblemAsync(
                    ErrorCodes.ValidationFailed);
        }

        (await server.Api.LoginAsync(registered.Email)).UserId.Should().Be(registered.UserId);
    }
}
