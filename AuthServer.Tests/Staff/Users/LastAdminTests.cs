using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

/// <summary>Whatever administrators do to each other, at least one who can sign in remains.</summary>
public sealed class LastAdminTests(TwoServers server) : IClassFixture<TwoServers>
{
    public static TheoryData<string, string, string?> Ways => new()
    {
        { "PUT", "/roles", """{"roles":["patient"]}""" },
        { "POST", "/disable", """{"reason":"Gone"}""" },
        { "DELETE", "", null },
    };

    [Theory]
    [Trait("ASVS", "8.3.1")]
    [MemberData(nameof(Ways))]
    public async Task Nobody_takes_power_from_themself(string method, string path, string? body)
    {
        var (first, _) = await TwoAdminsAsync();

        await (await SendAsync(server.Api, first, method, first.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.OwnAccount);

        (await server.RefusedAsync(first, first.UserId)).Should().StartWith("own_account ");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_last_one_who_can_sign_in_keeps_the_power(string method, string path, string? body)
    {
        var (first, second) = await TwoAdminsAsync();
        // The token is still valid, but the person could no longer sign in.
        await server.Database.ExecuteAsync("UPDATE users SET password_hash = NULL WHERE id = @id", ("id", first.UserId));

        await (await SendAsync(server.Api, first, method, second.UserId, path, body)).ShouldBeProblemAsync(ErrorCodes.LastAdmin);

        (await server.RefusedAsync(first, second.UserId)).Should().StartWith("last_admin ");
        await (await server.Api.GetAsync("auth/me", second.AccessToken)).ShouldBeAsync(200);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Of_two_who_do_it_to_each_other_at_once_one_is_left(string method, string path, string? body)
    {
        for (var round = 0; round < 5; round++)
        {
            var (first, second) = await TwoAdminsAsync();

            var answers = await Task.WhenAll(
                SendAsync(server.Api, first, method, second.UserId, path, body),
                SendAsync(server.Other, second, method, first.UserId, path, body));

            answers.Count(answer => answer.IsSuccessStatusCode).Should().Be(1);
            (await server.Database.QueryAsync<long>(
                "SELECT count(*) FROM user_roles ur JOIN users u ON u.id = ur.user_id AND u.status = 'active' WHERE role_id = @role",
                ("role", Role.IdOf(Role.Admin)))).Should().Be(1);
        }
    }

    private async Task<(SignedIn First, SignedIn Second)> TwoAdminsAsync()
    {
        await server.Database.ExecuteAsync("DELETE FROM user_roles WHERE role_id = @role", ("role", Role.IdOf(Role.Admin)));
        return (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(Role.Admin));
    }

    private static Task<HttpResponseMessage> SendAsync(Api api, SignedIn staff, string method, Guid person, string path, string? body) =>
        api.SendAsync(new HttpMethod(method), $"users/{person}{path}", body, staff.AccessToken);
}
