using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>Times have one form, whoever writes them: the serialiser, PostgreSQL, or an export.</summary>
public sealed partial class TimeFormTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("auth/me")]
    [InlineData("auth/sessions")]
    [InlineData("users/me/export")]
    [InlineData("users")]
    [InlineData("users/{id}")]
    [InlineData("users/{id}/sessions")]
    [InlineData("api-keys")]
    [InlineData("tenants")]
    [InlineData("audit-events")]
    [InlineData("audit-events/export")]
    public async Task Every_time_in_an_answer_has_a_z_and_six_digits(string path)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.MakeKeyAsync(admin);
        await server.OpenClinicAsync();

        var response = await server.Api.GetAsync(
            path.Replace("{id}", admin.UserId.ToString(), StringComparison.Ordinal), admin.AccessToken);

        Each(await response.Content.ReadAsStringAsync()).Should().NotBeEmpty().And.AllSatisfy(ShouldHaveTheForm);
    }

    [Fact]
    public async Task The_examples_in_the_description_have_it_too()
    {
        var document = JsonNode.Parse(await server.Api.Http.GetStringAsync("/openapi/v1.json"))!;
        var answers = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .Select(operation => operation.Value!["responses"]!.ToJsonString());

        answers.SelectMany(Each).Should().NotBeEmpty().And.AllSatisfy(ShouldHaveTheForm);
    }

    [Theory]
    [InlineData("2099-01-01T00:00:00")]
    [InlineData("2099-01-01")]
    [InlineData("2099-01-01T00:00:00.123456")]
    [InlineData("tomorrow")]
    [InlineData("")]
    public async Task A_time_that_comes_in_without_an_offset_is_refused(string time)
    {
        var (admin, person) = (await server.SignInAsAsync(Role.Admin), await server.Api.RegisterAsync());

        var response = await server.Api.PostAsync(
            $"users/{person.UserId}/disable", new { reason = "Asked for by the person.", until = time }, admin.AccessToken);

        var problem = await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        problem["errors"]!["until"]![0]!.GetValue<string>().Should().Contain("offset");
    }

    [Theory]
    [InlineData("2099-01-01T02:00:00+02:00")]
    [InlineData("2099-01-01T00:00:00Z")]
    [InlineData("2099-01-01T00:00:00.000000Z")]
    [InlineData("2098-12-31T19:00:00-05:00")]
    public async Task A_time_may_come_in_with_any_offset(string time)
    {
        var (admin, person) = (await server.SignInAsAsync(Role.Admin), await server.Api.RegisterAsync());

        var response = await server.Api.PostAsync(
            $"users/{person.UserId}/disable", new { reason = "Asked for by the person.", until = time }, admin.AccessToken);

        (await response.ShouldBeAsync(200))["disabled_until"]!.GetValue<string>().Should().Be("2099-01-01T00:00:00.000000Z");
    }

    [Fact]
    public void A_name_that_looks_like_a_time_stays_as_it_is()
    {
        const string Row =
            """{"full_name":"2026-11-21T08:30:00+00:00","note":"\"created_at\":\"2026-11-21T08:30:00+00:00\"","created_at":null}""";

        UtcTimes.Rewrite(Row).Should().Be(Row);
        UtcTimes.Rewrite("""{"used_at":"2026-11-21T08:30:00.12+00:00"}""").Should().Be("""{"used_at":"2026-11-21T08:30:00.120000Z"}""");
    }

    private static IEnumerable<string> Each(string json) => Time().Matches(json).Select(match => match.Value);

    private static void ShouldHaveTheForm(string time) => time.Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$");

    [GeneratedRegex(@"(?<="")\d{4}-\d\d-\d\dT[^""]*(?="")", RegexOptions.None, 1000)]
    private static partial Regex Time();
}
