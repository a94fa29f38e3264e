using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

/// <summary>Who may call each route.</summary>
public sealed class SupportAccessTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Body = """{"reason":"A good one"}""";

    public static TheoryData<string, string> OnPeople => new()
    {
        { "POST", "users/{0}/open" },
        {
            "GET",
            "users/{0}/sessions"
        }, { "DELETE", "users/{0}/sessions" }, { "DELETE", "users/{0}/sessions/{0}" },
        { "POST", "users/{0}/unlock" }, { "POST", "users/{0}/verification" }, { "POST", "users/{0}/password-reset" },
    };

    public static TheoryData<string, string> All
    {
        get
        {
            var all = OnPeople;
            all.Add("GET", "password-resets");
            all.Add("POST", "password-resets/{0}/approve");
            all.Add("POST", "password-resets/{0}/decline");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    [Trait("ASVS", "8.2.1")]
    public async Task Nobody_gets_in_without_a_token(string method, string path) =>
        await (await SendAsync(method, path, Guid.NewGuid(), null)).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);

    [Theory]
    [MemberData(nameof(All))]
    [Trait("ASVS", "8.2.1")]
    public async Task Who_is_not_of_the_staff_gets_nowhere_not_even_to_themself(string method, string path)
    {
        var clinic = (await server.OpenClinicAsync()).Id;
        foreach (var person in new[]
        {
            await server.Api.RegisterAsync(),
            await server.SignInAsAsync(Role.Physician),
            await server.SignInAtAsync(clinic, Role.Patient),
            await server.SignInAtAsync(clinic, Role.Physician)
        })
        {
            await (await SendAsync(method, path, person.UserId, person)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }
    }

    [Theory]
    [MemberData(nameof(OnPeople))]
    [Trait("ASVS", "8.4.1")]
    public async Task Staff_of_another_tenant_find_nobody(string method, string path)
    {
        var person = await server.SignInAtAsync((await server.OpenClinicAsync()).Id, Role.Patient);
        var clinic = (await server.OpenClinicAsync()).Id;

        foreach (var role in new[] { Role.Support, Role.Admin })
        {
            await (await SendAsync(method, path, person.UserId, await server.SignInAtAsync(clinic, role))).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
        }

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Theory]
    [MemberData(nameof(OnPeople))]
    [Trait("ASVS", "8.2.2")]
    public async Task An_id_of_another_kind_is_nobody(string method, string path)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await SendAsync(method, path, admin.SessionId, admin)).ShouldBeProblemAsync(ErrorCodes.NotFound);
        await (await server.Api.SendAsync(
            new HttpMethod(method), string.Format(null, System.Text.CompositeFormat.Parse(path), "1"), method == "POST" ? Body : null,
            admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, Guid id, SignedIn? caller) => server.Api.SendAsync(
        new HttpMethod(method), string.Format(null, System.Text.CompositeFormat.Parse(path), id), method == "POST"
            ? Body
            : null, caller?.AccessToken);
}
