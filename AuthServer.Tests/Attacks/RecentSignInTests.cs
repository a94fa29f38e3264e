using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// Every act of staff, tried with a sign-in of a minute and one of ten minutes and a second. An act that is not in the table fails the
/// test: whoever adds one says here whether it gives or takes power, or cannot be undone.
/// </summary>
public sealed class RecentSignInTests(RouteMatrixTests.Cast cast) : IClassFixture<RouteMatrixTests.Cast>
{
    private const string Table = """
        DELETE /api/v1/users/{id}                         recent
        POST   /api/v1/users/{id}/disable                 recent
        POST   /api/v1/users/{id}/enable                  recent
        PUT    /api/v1/users/{id}/roles                   recent
        POST   /api/v1/users                              any    {"email":"{new_email}"}
        POST   /api/v1/users                              any    {"email":"{new_email}","roles":["patient"],"tenant":"clinic"}
        POST   /api/v1/users                              recent {"email":"{new_email}","roles":["admin"]}
        POST   /api/v1/users                              recent {"email":"{new_email}","roles":["patient","support"],"tenant":"clinic"}
        POST   /api/v1/users                              recent {"email":"{new_email}","roles":["physician"],"tenant":"clinic"}
        PATCH  /api/v1/users/{id}                         any
        PUT    /api/v1/users/{id}                         any
        POST   /api/v1/users/{id}/email                   recent {"email":"{new_email}","reason":"Mistyped."}
        POST   /api/v1/users/{id}/invitation              any
        DELETE /api/v1/users/{id}/invitation              recent
        POST   /api/v1/users/{id}/open                    any
        DELETE /api/v1/users/{id}/sessions                any
        DELETE /api/v1/users/{id}/sessions/{sessionId}    any
        POST   /api/v1/users/{id}/unlock                  any
        POST   /api/v1/users/{id}/verification            any
        POST   /api/v1/users/{id}/password-reset          any
        POST   /api/v1/password-resets/{id}/approve       recent
        POST   /api/v1/password-resets/{id}/decline       recent
        POST   /api/v1/tenants                            recent
        PATCH  /api/v1/tenants/{id}                       any    {"name":"Another Clinic"}
        PATCH  /api/v1/tenants/{id}                       recent {"settings":{"require_verified_email":false}}
        PATCH  /api/v1/tenants/{id}                       any    {"name":"Another Clinic","settings":null}
        PATCH  /api/v1/tenants/{id}                       recent {"clear":["settings.locale"]}
        POST   /api/v1/tenants/{id}/suspend               recent
        POST   /api/v1/tenants/{id}/reopen                recent
        POST   /api/v1/api-keys                           recent
        PATCH  /api/v1/api-keys/{id}                      recent
        DELETE /api/v1/api-keys/{id}                      recent
        POST   /api/v1/physicians/{id}/verify             recent
        POST   /api/v1/physicians/{id}/reject             recent
        POST   /api/v1/physicians/{id}/suspend            recent
        POST   /api/v1/physicians/{id}/reinstate          recent
        """;

    private static readonly string[] StaffOnly = [StaffPolicies.Staff, StaffPolicies.Administration, Policies.Admin, Policies.Support];

    private static IEnumerable<string[]> Lines =>
        Table.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries));

    public static TheoryData<string, string, bool, string?> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, bool, string?>();
            foreach (var cells in Lines)
            {
                rows.Add(cells[0], cells[1], cells[2] == "recent", cells.ElementAtOrDefault(3)?.Trim());
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("ASVS", "7.5.3")]
    public async Task What_gives_or_takes_power_needs_a_sign_in_of_the_last_ten_minutes(
        string method, string path, bool isNeeded, string? body)
    {
        var fresh = await SendAsync(TimeSpan.FromMinutes(1), method, path, body);
        ((int)fresh.StatusCode).Should().BeInRange(200, 204, "the answer was {0}", await fresh.Content.ReadAsStringAsync());

        var old = await SendAsync(new(0, 10, 1), method, path, body);

        if (!isNeeded)
        {
            old.StatusCode.Should().Be(fresh.StatusCode);
            return;
        }

        var problem = await old.ShouldBeProblemAsync(ErrorCodes.InsufficientUserAuthentication);
        problem["title"]!.GetValue<string>().Should().Contain("sign in again");
        old.Headers.WwwAuthenticate.ToString().Should().Be(
            "Bearer error=\"insufficient_user_authentication\", "
                + "error_description=\"This requires a recent sign-in: sign in again.\", max_age=\"600\"");
    }

    [Fact]
    [Trait("ASVS", "8.1.1")]
    public async Task Every_act_of_staff_is_in_the_table_and_described_as_it_says()
    {
        var described = (await cast.DescribedAsync()).ToDictionary(operation => operation.Name, StringComparer.Ordinal);
        var acts = Routes.Of(cast)
            .Where(route => route.Metadata.OfType<IAuthorizeData>().Any(asked => StaffOnly.Contains(asked.Policy, StringComparer.Ordinal)))
            .SelectMany(route => Routes.MethodsOf(route).Select(method => $"{method} {Path(route.RoutePattern.RawText!)}"))
            .Where(act => !act.StartsWith("GET ", StringComparison.Ordinal));

        Lines.Select(cells => $"{cells[0]} {cells[1]}").Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(acts);
        foreach (var act in Lines.GroupBy(cells => $"{cells[0]} {cells[1]}", StringComparer.Ordinal))
        {
            described[act.Key].Node["responses"]!["401"]!.ToJsonString().Contains(
                ErrorCodes.InsufficientUserAuthentication.Code, StringComparison.Ordinal).Should().Be(
                    act.Any(cells => cells[2] == "recent"), "the table says so of {0}", act.Key);
        }
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task How_recent_is_a_setting()
    {
        await using var server = await StartedServer.StartAsync(adjust: settings => settings["SignIn:RecentMinutes"] = "1");
        var admin = await server.SignInAsAsync(Role.Admin);
        server.Clock.Advance(new(0, 1, 1));

        var refused = await server.Api.PostAsync("tenants", new { slug = "new", name = "New" }, admin.AccessToken);

        await refused.ShouldBeProblemAsync(ErrorCodes.InsufficientUserAuthentication);
        refused.Headers.WwwAuthenticate.ToString().Should().Contain("max_age=\"60\"");
    }

    private static string Path(string pattern) => $"/{pattern.TrimStart('/').Replace(":regex(^(?!me$))", "", StringComparison.Ordinal)}"
        .TrimEnd('/');

    private async Task<HttpResponseMessage> SendAsync(TimeSpan age, string method, string path, string? body)
    {
        var admin = await AdminAsync(age);
        return await cast.SendAsync(
            request => request.Headers.Authorization = new("Bearer", admin.AccessToken), method, path,
            body ?? RouteMatrixTests.BodyFor($"{method} {path}"));
    }

    // Refreshed afterwards, which does not make it more recent.
    private async Task<SignedIn> AdminAsync(TimeSpan age)
    {
        var admin = await cast.SignInAsAsync(Role.Admin);
        await cast.Database.ExecuteAsync(
            "UPDATE sessions SET authenticated_at = authenticated_at - @age WHERE id = @id", ("age", age), ("id", admin.SessionId));
        return await SignedIn.ReadAsync(await cast.Api.RefreshAsync(admin.RefreshToken));
    }
}
