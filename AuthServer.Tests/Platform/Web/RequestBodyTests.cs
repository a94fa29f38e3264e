using System.Net.Http.Headers;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>No body, and a body where there is none.</summary>
public sealed class RequestBodyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task No_body_is_an_empty_object_wherever_that_is_acceptable()
    {
        var taken = 0;
        foreach (var route in Routes.WithJsonBody(server))
        {
            var written = await CallAsync(route, "{}");
            var isAcceptable = written.Code is not "validation_failed";
            taken += isAcceptable ? 1 : 0;
            foreach (var type in new[] { null, "application/json" })
            {
                // Where the handler itself looks for fields, as PUT does, it says which are missing.
                (await CallAsync(route, "", type)).Should().BeOneOf(
                    isAcceptable ? [written] : [written, (400, "malformed_json")], "{0} has an empty body of type {1}", route, type);
            }
        }

        taken.Should().BeGreaterThan(10);
    }

    [Fact]
    public async Task A_person_may_ask_for_the_confirmation_mail_without_a_body()
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.PostAsync("auth/email/verification/request", bearer: person.AccessToken)).ShouldBeAsync(202);
    }

    [Fact]
    public async Task A_route_without_a_body_refuses_members_and_takes_an_empty_object()
    {
        var routes = Routes.WithoutBody(server);
        routes.Should().HaveCountGreaterThan(8);
        foreach (var route in routes)
        {
            (await CallAsync(route, """{"except_current":true}""")).Should().Be((400, "unknown_field"), "of {0}", route);
            (await CallAsync(route, "[]")).Should().Be((400, "unknown_field"), "of {0}", route);
            (await CallAsync(route, "{")).Should().Be((400, "malformed_json"), "of {0}", route);
            var without = await CallAsync(route, "", null);
            (await CallAsync(route, "{}")).Should().Be(without, "of {0}", route);
            (await CallAsync(route, "null")).Should().Be(without, "of {0}", route);
        }
    }

    [Theory]
    [InlineData("auth/logout", 204, true)]
    [InlineData("auth/logout-all", 204, true)]
    [InlineData("auth/verify", 200, false)]
    public async Task A_chunked_body_without_a_chunk_is_no_body(string route, int status, bool ends)
    {
        var person = await server.Api.RegisterAsync();

        var answer = await RawHttp.ExchangeAsync(server.Api, $"POST /api/v1/{route} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + $"Authorization: Bearer {person.AccessToken}\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

        RawHttp.Statuses(answer).Should().Equal([status], "the answer was {0}", answer);
        ((int)(await server.Api.GetAsync("auth/me", person.AccessToken)).StatusCode).Should().Be(ends ? 401 : 200);
    }

    [Theory]
    [InlineData("auth/logout-all", """{"scope":"others"}""", 204)]
    [InlineData("auth/logout-all", """{"scope":"none"}""", 400)]
    [InlineData("auth/verify", """{"surprise":true}""", 400)]
    public async Task A_chunked_body_is_read_as_one_with_a_length(string route, string body, int status)
    {
        var person = await server.Api.RegisterAsync();

        var answer = await server.Api.PostAsync(route, body, person.AccessToken, request => request.Headers.TransferEncodingChunked = true);

        ((int)answer.StatusCode).Should().Be(status);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Whoever_may_not_call_a_route_is_told_that_before_anything_about_the_body() =>
        await (await server.Api.PostAsync("auth/verify", new { surprise = true })).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);

    // A new administrator each time, because some routes end the session.
    private async Task<(int Status, string? Code)> CallAsync(Route route, string body, string? type = "application/json")
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        using var request = new HttpRequestMessage(route.Method, route.Path)
        {
            Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        request.Headers.Authorization = new("Bearer", admin.AccessToken);
        using var response = await server.Api.Http.SendAsync(request);
        var answer = response.IsSuccessStatusCode ? null : await response.ReadJsonAsync();
        return ((int)response.StatusCode, answer?["code"]!.GetValue<string>());
    }
}
