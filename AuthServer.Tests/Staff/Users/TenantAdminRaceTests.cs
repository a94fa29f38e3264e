using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

/// <summary>Whatever a tenant's administrators do to each other, at least one who can sign in remains.</summary>
public sealed class TenantAdminRaceTests(TwoServers server) : IClassFixture<TwoServers>
{
    private const string LeftSql = """
        SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id AND u.status = 'active'
            WHERE m.tenant_id = @tenant AND m.role = 'admin'
        """;

    public static TheoryData<string, string, string?> Ways => new()
    {
        { "PUT", "/roles", """{"roles":["patient"],"tenant":"SLUG"}""" },
        { "PUT", "/roles", """{"roles":[],"tenant":"SLUG"}""" },
        { "POST", "/disable", """{"reason":"Gone"}""" },
        { "DELETE", "", null },
    };

    [Theory]
    [Trait("ASVS", "8.3.1")]
    [MemberData(nameof(Ways))]
    public async Task Of_two_who_do_it_to_each_other_at_once_one_is_left(string method, string path, string? body)
    {
        for (var round = 0; round < 6; round++)
        {
            var clinic = await server.OpenClinicAsync();
            var (first, second) = (await server.SignInAtAsync(clinic.Id, Role.Admin), await server.SignInAtAsync(clinic.Id, Role.Admin));
            var sent = body?.Replace("SLUG", clinic.Slug, StringComparison.Ordinal);

            var answers = await Task.WhenAll(
                SendAsync(server.Api, first, method, second.UserId, path, sent),
                SendAsync(server.Other, second, method, first.UserId, path, sent));

            answers.Count(answer => answer.IsSuccessStatusCode).Should().Be(1);
            (await server.Database.QueryAsync<long>(LeftSql, ("tenant", clinic.Id))).Should().Be(1);
        }
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task Whoever_has_lost_the_office_does_nothing_more_with_the_token_of_before()
    {
        var clinic = await server.OpenClinicAsync();
        var (admin, person) = (await server.SignInAtAsync(clinic.Id, Role.Admin), await server.SignInAtAsync(clinic.Id, Role.Patient));
        await server.Database.ExecuteAsync("UPDATE memberships SET role = 'patient' WHERE user_id = @id", ("id", admin.UserId));

        foreach (var (method, path, body) in new[]
        {
            ("PUT", "/roles", $$"""{"roles":[],"tenant":"{{clinic.Slug}}"}"""),
            ("POST", "/disable", """{"reason":"Gone"}"""),
            ("DELETE", "", (string?)null)
        })
        {
            await (await SendAsync(server.Api, admin, method, person.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(Api api, SignedIn staff, string method, Guid person, string path, string? body) =>
        api.SendAsync(new HttpMethod(method), $"users/{person}{path}", body, staff.AccessToken);
}
