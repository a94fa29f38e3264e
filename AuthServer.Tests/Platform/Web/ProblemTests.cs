using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>Errors have one format, whatever is wrong with a request.</summary>
public sealed class ProblemTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("GET", "/nowhere")]
    [InlineData("POST", "/nowhere")]
    [InlineData("GET", "/api")]
    [InlineData("GET", "/api/v1")]
    [InlineData("GET", "/api/v2/auth/me")]
    [InlineData("GET", "/api/v1/auth/me/x")]
    [InlineData("GET", "/api/v1/auth/mee")]
    [InlineData("POST", "/api/v1/auth/login;x")]
    [InlineData("GET", "/openapi/v2.json")]
    [InlineData("GET", "/docs/scalar.js")]
    [InlineData("GET", "/appsettings.json")]
    [InlineData("GET", "/.env")]
    public async Task A_path_without_a_route_is_404_for_everybody(string method, string path)
    {
        var response = await server.Api.SendAsync(new(method), path);

        var body = await response.ShouldBeProblemAsync(ErrorCodes.NotFound);
        body.Select(member => member.Key).Should().BeEquivalentTo("type", "title", "detail", "status", "code", "trace_id");
    }

    [Theory]
    [InlineData("GET", "/api/v1/auth/login", "POST")]
    [InlineData("DELETE", "/api/v1/auth/register", "POST")]
    [InlineData("TRACE", "/api/v1/auth/login", "POST")]
    [InlineData("OPTIONS", "/api/v1/auth/login", "POST")]
    [InlineData("HEAD", "/api/v1/auth/login", "POST")]
    [InlineData("POST", "/api/v1/auth/me", "GET, HEAD")]
    [InlineData("POST", "/api/v1/users/me", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("POST", "/.well-known/jwks.json", "GET, HEAD")]
    [InlineData("POST", "/health", "GET, HEAD")]
    [InlineData("BREW", "/health", "GET, HEAD")]
    public async Task A_wrong_method_is_405_and_told_which_ones_are_taken(string method, string path, string allowed)
    {
        var response = await server.Api.SendAsync(new(method), path);

        response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        if (method != "HEAD")
        {
            await response.ShouldBeProblemAsync(ErrorCodes.MethodNotAllowed);
        }

        response.Content.Headers.Allow.Order(StringComparer.Ordinal).Should().Equal(allowed.Split(", "));
    }

    [Theory]
    [InlineData("/health/ready", 200)]
    [InlineData("/.well-known/jwks.json", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/api/auth/me", 401)]
    [InlineData("/nowhere", 404)]
    public async Task HEAD_is_answered_as_GET_is_but_without_a_body(string path, int status)
    {
        var get = await server.Api.SendAsync(HttpMethod.Get, path);
        var answer = await RawHttp.ExchangeAsync(
            server.Api, $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        RawHttp.Statuses(answer).Should().Equal(status).And.Equal((int)get.StatusCode);
        answer.Should().EndWith("\r\n\r\n").And.Contain($"Content-Type: {get.Content.Headers.ContentType!.MediaType}");
    }

    [Theory]
    [InlineData("/api/V1/auth/login")]
    [InlineData("/API/v1/auth/login")]
    [InlineData("/API/V1/auth/login")]
    [InlineData("/API/auth/login")]
    public async Task The_case_of_a_path_does_not_matter(string path) =>
        await (await server.Api.PostAsync(path, new { email = Api.NewEmail(), password = "not the password" }))
            .ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);

    [Theory]
    [InlineData("auth/login", """{"email":"nobody@example.com","password":"not the password"}""")]
    [InlineData("auth/refresh", """{"refresh_token":"nonsense"}""")]
    public async Task Every_401_names_the_scheme_to_authenticate_with(string path, string body)
    {
        var response = await server.Api.PostAsync(path, body);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().Should().Be("Bearer");
    }

    [Fact]
    public async Task A_method_in_a_header_is_ignored()
    {
        var response =
            await server.Api.SendAsync(
                HttpMethod.Get, "auth/login", adjust: request => request.Headers.Add("X-HTTP-Method-Override", "POST"));

        await response.ShouldBeProblemAsync(ErrorCodes.MethodNotAllowed);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("application/jsonp")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_body_that_is_not_called_JSON_is_415_on_every_route_that_takes_JSON(string? type)
    {
        var key = await server.MakeKeyAsync();

        foreach (var route in Routes.WithJsonBody(server))
        {
            var response = await server.Api.SendAsWhoeverMayAsync(route, "{}", key.Owner.AccessToken, key.Text, request =>
            {
                request.Content!.Headers.Remove("Content-Type");
                if (type is not null)
                {
                    request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                }
            });
            await response.ShouldBeProblemAsync(ErrorCodes.UnsupportedMediaType);
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("Application/JSON;charset=UTF-8")]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=nonsense; charset=utf-7")]
    [InlineData("application/problem+json; charset=utf8")]
    [InlineData("application/problem+json")]
    public async Task A_body_that_is_called_JSON_is_read_as_UTF8_whatever_charset_it_names(string type)
    {
        var response = await server.Api.PostAsync("auth/login", new { email = Api.NewEmail(), password = "not the pässword" },
            adjust: request => request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(type));

        await response.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    public async Task An_encoded_body_is_415(string encoding)
    {
        var response =
            await server.Api.PostAsync("auth/login", "{}", adjust: request => request.Content!.Headers.ContentEncoding.Add(encoding));

        await response.ShouldBeProblemAsync(ErrorCodes.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    [InlineData("""{"email":"a@example.com",}""")]
    [InlineData("""{"email":"a@example.com"} trailing""")]
    [InlineData("""{"email":"a@example.com"}{}""")]
    [InlineData("""{"email":"a@example.com" /* comment */}""")]
    [InlineData("""{'email':'a@example.com'}""")]
    public async Task A_body_that_is_no_JSON_object_is_400_malformed_json(string body)
    {
        var response = await server.Api.PostAsync("auth/login", body);

        await response.ShouldBeProblemAsync(ErrorCodes.MalformedJson);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_400()
    {
        using var content =
            new ByteArrayContent([.. Encoding.ASCII.GetBytes("{\"email\":\""), 0xC3, 0x28, .. Encoding.ASCII.GetBytes("\"}")]);
        content.Headers.ContentType = new("application/json");

        (await server.Api.Http.PostAsync("/api/v1/auth/login", content)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("auth/me")]
    [InlineData("health/live")]
    [InlineData("health/database")]
    public async Task A_path_without_a_version_answers_as_the_newest_version(string path)
    {
        var person = await server.Api.RegisterAsync();

        var unversioned = await server.Api.GetAsync($"/api/{path}", person.AccessToken);
        var versioned = await server.Api.GetAsync($"/api/v1/{path}", person.AccessToken);

        unversioned.StatusCode.Should().Be(versioned.StatusCode);
        (await Shape(unversioned)).Should().Equal(await Shape(versioned));

        static async Task<IEnumerable<string>> Shape(HttpResponseMessage response) =>
            (await response.ReadJsonAsync())!.Select(member => member.Key);
    }

    [Fact]
    public async Task Signing_in_works_without_a_version_and_under_it()
    {
        var person = await server.Api.RegisterAsync();

        foreach (var path in new[] { "/api/auth/login", "/api/v1/auth/login" })
        {
            (await server.Api.PostAsync(path, new { email = person.Email, password = Api.Password })).StatusCode.Should()
                .Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Field_errors_are_keyed_by_the_names_in_the_JSON()
    {
        var response =
            await server.Api.PostAsync(
                "auth/register",
                new { email = "nobody", password = "short", full_name = new string('x', 300), physician = new { license_number = "1" } });

        var errors = (await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed))["errors"]!.AsObject();
        errors.Select(error => error.Key).Should().Contain(["email", "full_name", "physician"]);
        errors.Should().AllSatisfy(error => error.Value!.AsArray().Should().NotBeEmpty().And.AllBeAssignableTo<JsonValue>());
    }
}
