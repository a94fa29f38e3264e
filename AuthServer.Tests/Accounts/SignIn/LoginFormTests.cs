using System.Text;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.SignIn;

public sealed class LoginFormTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("username={0}&password={1}")]
    [InlineData("grant_type=password&username={0}&password={1}")]
    [InlineData("grant_type=password&username={0}&password={1}&scope=&client_id=app")]
    public async Task The_oauth_password_form_signs_in(string form)
    {
        var registered = await server.Api.RegisterAsync();

        var response =
            await PostAsync(
                string.Format(
                    null, CompositeFormat.Parse(form), Uri.EscapeDataString(registered.Email), Uri.EscapeDataString(Api.Password)));

        (await SignedIn.ReadAsync(response)).UserId.Should().Be(registered.UserId);
    }

    [Fact]
    public async Task A_user_name_is_as_good_as_an_address()
    {
        var registered = await server.Api.RegisterAsync(more: new { username = "form.person" });

        var response = await PostAsync($"username=FORM.person&password={Uri.EscapeDataString(Api.Password)}");

        (await SignedIn.ReadAsync(response)).UserId.Should().Be(registered.UserId);
    }

    [Theory]
    [InlineData("username=nobody&password=wrong")]
    [InlineData("username=%27%20OR%201%3D1&password=wrong")]
    public async Task A_wrong_pair_is_an_invalid_grant(string form) =>
        await (await PostAsync(form)).ShouldBeOAuthErrorAsync(ErrorCodes.InvalidCredentials, "invalid_grant");

    [Theory]
    [InlineData("grant_type=client_credentials&username=a&password=b")]
    [InlineData("grant_type=authorization_code&code=a")]
    [InlineData("grant_type=Password&username=a&password=b")]
    public async Task Another_grant_type_is_called_unsupported(string form) =>
        await (await PostAsync(form)).ShouldBeOAuthErrorAsync(ErrorCodes.UnsupportedGrantType, "unsupported_grant_type");

    [Fact]
    public async Task A_refresh_token_buys_the_next_pair_once_here_too()
    {
        var person = await server.Api.RegisterAsync();
        var form = $"grant_type=refresh_token&client_id=app&refresh_token={Uri.EscapeDataString(person.RefreshToken)}";

        var response = await PostAsync(form);

        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        var next = await SignedIn.ReadAsync(response);
        (next.SessionId, next.User).Should().Be((person.SessionId, null));
        await SignedIn.ReadAsync(await server.Api.RefreshAsync(next.RefreshToken));
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await PostAsync(form)).ShouldBeOAuthErrorAsync(ErrorCodes.RefreshTokenReused, "invalid_grant");
        await (await PostAsync("grant_type=refresh_token&refresh_token=forged"))
            .ShouldBeOAuthErrorAsync(ErrorCodes.InvalidRefreshToken, "invalid_grant");
    }

    [Theory]
    [InlineData("", "username,password")]
    [InlineData("username=a", "password")]
    [InlineData("password=b", "username")]
    [InlineData("username=a&password=", "password")]
    [InlineData("username=a%EF%BF%BD&password=b", "username")]
    [InlineData("username=a&username=b&password=c", "username")]
    [InlineData("username=a&password=b&password=c", "password")]
    [InlineData("username=a&password=b&grant_type=password&grant_type=password", "grant_type")]
    [InlineData("grant_type=refresh_token", "refresh_token")]
    [InlineData("grant_type=refresh_token&refresh_token=", "refresh_token")]
    [InlineData("grant_type=refresh_token&refresh_token=a&refresh_token=b", "refresh_token")]
    public async Task A_field_that_is_not_acceptable_is_named(string form, string fields)
    {
        var problem = await (await PostAsync(form)).ShouldBeOAuthErrorAsync(ErrorCodes.ValidationFailed, "invalid_request");

        problem.InvalidFields().Should().BeEquivalentTo(fields.Split(','));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded-not")]
    public async Task Only_a_url_encoded_form_is_taken(string type) =>
        await (await PostAsync("username=a&password=b", type)).ShouldBeProblemAsync(ErrorCodes.UnsupportedMediaType);

    [Theory]
    [InlineData("username=a%00&password=b")]
    [InlineData("username=a&password=b%00")]
    [InlineData("user%00name=a&password=b")]
    public async Task A_nul_is_refused(string form) =>
        await (await PostAsync(form)).ShouldBeOAuthErrorAsync(ErrorCodes.BadRequest, "invalid_request");

    [Fact]
    public async Task A_form_of_thousands_of_fields_or_with_an_endless_value_is_refused()
    {
        var many = await PostAsync(string.Join('&', Enumerable.Range(0, 2000).Select(field => $"f{field}=x")));
        var endless = await PostAsync($"username=a&password={new string('x', 70_000)}");

        await many.ShouldBeOAuthErrorAsync(ErrorCodes.BadRequest, "invalid_request");
        await endless.ShouldBeOAuthErrorAsync(ErrorCodes.BodyTooLarge, "invalid_request");
    }

    private Task<HttpResponseMessage> PostAsync(string form, string type = "application/x-www-form-urlencoded") =>
        server.Api.PostAsync("auth/login/form", "", adjust: request =>
        {
            request.Content = new StringContent(form);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        });
}
