using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Staff.Physicians;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// Every route that tells that something is taken, called until it tells no more. A route of the OpenAPI document that is not in the
/// table fails the test.
/// </summary>
public sealed class TakenNameTests
{
    private const string TakenName = "somebody";

    private static readonly Dictionary<string, Func<Asker, Task<HttpResponseMessage>>> Askings = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/auth/register"] = asker => asker.SendAsync("auth/register", new { email = asker.Taken, password = Api.Password }),
        ["POST /api/v1/auth/signup"] = asker => asker.SendAsync("auth/signup", new { email = asker.Taken, password = Api.Password }),
        ["POST /api/v1/auth/email/change/confirm"] = asker => asker.ConfirmTakenAsync(),
        ["PATCH /api/v1/users/me"] = asker => asker.SendAsync("users/me", new { username = TakenName }, "PATCH"),
        ["PUT /api/v1/users/me"] =
            asker => asker.SendAsync("users/me", """{"full_name":null,"username":"somebody","locale":null}""", "PUT"),
        ["POST /api/v1/users"] = asker => asker.SendAsync("users", new { email = asker.Taken }),
        ["PATCH /api/v1/users/{id}"] = asker => asker.SendAsync($"users/{asker.Colleague}", new { username = TakenName }, "PATCH"),
        ["PUT /api/v1/users/{id}"] =
            asker =>
                asker.SendAsync($"users/{asker.Colleague}", """{"full_name":null,"username":"somebody","locale":null}""", "PUT"),
        ["POST /api/v1/users/{id}/email"] = asker => asker.CorrectInvitationAsync(),
        ["POST /api/v1/physicians/{id}/verify"] = asker => asker.DecideOnTakenAsync("verify", "pending"),
        ["POST /api/v1/physicians/{id}/reinstate"] = asker => asker.DecideOnTakenAsync("reinstate", "suspended"),
        ["POST /api/v1/tenants"] = asker => asker.SendAsync("tenants", new { slug = "the-clinic", name = "Another" }),
    };

    public static TheoryData<string> Routes => [.. Askings.Keys];

    [Theory]
    [MemberData(nameof(Routes))]
    [Trait("ASVS", "6.3.8")]
    public async Task A_route_that_tells_what_is_taken_tells_it_a_few_times_and_never_unrecorded(string route)
    {
        await using var server = await StartAsync();
        var asker = await Asker.SignInAsync(server);
        var told = 0;
        HttpResponseMessage response;
        while ((int)(response = await Askings[route](asker)).StatusCode != 429 && told < 50)
        {
            ((int)response.StatusCode).Should().Be(409);
            (await response.ReadJsonAsync())!["code"]!.GetValue<string>().Should().EndWith("_taken");
            told++;
        }

        await response.ShouldBeProblemAsync(ErrorCodes.RateLimited);
        response.Headers.RetryAfter!.Delta.Should().BePositive();
        told.Should().BeInRange(1, 30);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events "
                + "WHERE outcome = 'failure' AND reason LIKE '%\\_taken' AND (detail IS NULL OR detail !~ '@')"))
            .Should().Be(told);
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task What_is_told_is_counted_by_account_over_all_routes_and_in_a_burst()
    {
        await using var server = await StartAsync();
        var asker = await Asker.SignInAsync(server);
        var responses = await Task.WhenAll(Enumerable.Range(0, 9).Select(number => number % 2 == 0
            ? asker.SendAsync("users/me", new { username = TakenName }, "PATCH")
            : asker.SendAsync("users", new { email = asker.Taken })));

        responses.Count(response => (int)response.StatusCode == 409).Should().Be(3);
        responses.Count(response => (int)response.StatusCode == 429).Should().Be(6);
        var colleague = await server.SignInAsAsync(Role.Admin);
        await (await server.Api.PostAsync("users", new { email = asker.Taken }, colleague.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.EmailTaken);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await (await server.Api.PostAsync("users", new { email = Api.NewEmail() }, (await asker.AgainAsync()).AccessToken))
            .ShouldBeAsync(201);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task With_a_user_name_that_is_taken_nothing_is_told_about_the_address()
    {
        await using var server = await StartAsync();
        var asker = await Asker.SignInAsync(server);
        foreach (var email in new[] { asker.Taken, Api.NewEmail() })
        {
            await (await asker.SendAsync("users", new { email, username = TakenName })).ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
            await (await asker.SendAsync("auth/register", new { email, username = TakenName, password = Api.Password }))
                .ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        }
    }

    [Fact]
    public async Task Every_route_of_the_description_that_tells_what_is_taken_is_in_the_table()
    {
        await using var server = await StartAsync();
        var document = JsonNode.Parse(await server.Api.Http.GetStringAsync("/openapi/v1.json"))!;

        var tells = DescribedOperation.AllOf(document).Where(operation => operation.Node["responses"]!["409"]?.ToJsonString().Contains(
            "_taken", StringComparison.Ordinal) == true).ToList();

        tells.Select(operation => operation.Name).Should().BeEquivalentTo(Askings.Keys);
        tells.Should().AllSatisfy(operation => operation.Node["responses"]!["429"]!.ToJsonString().Should().Contain("rate_limited"));
    }

    private static Task<StartedServer> StartAsync() => StartedServer.StartAsync(adjust: settings =>
    {
        settings["RateLimits:TakenNamesPerHour"] = "3";
        settings["RateLimits:RegistrationsPerHour"] = "30";
    });

    private sealed record Asker(TestServer Server, SignedIn Person, SignedIn Owner, Guid Colleague)
    {
        private Guid? _invited;

        public string Taken => Owner.Email;

        public static async Task<Asker> SignInAsync(TestServer server)
        {
            var person = await server.SignInAsAsync(Role.Admin);
            var owner = await server.Api.RegisterAsync(more: new { username = TakenName });
            await server.OpenClinicAsync(slug: "the-clinic");
            return new(server, person, owner, (await server.Api.RegisterAsync()).UserId);
        }

        public Task<SignedIn> AgainAsync() => Server.Api.LoginAsync(Person.Email);

        public Task<HttpResponseMessage> SendAsync(string path, object body, string method = "POST") =>
            Server.Api.SendAsync(
                new(method), path, body, path is "auth/register" or "auth/signup" ? null : Person.AccessToken);

        /// <summary>Corrects the address of an invitation to one that has an account; of an account, it would be told to nobody.</summary>
        public async Task<HttpResponseMessage> CorrectInvitationAsync()
        {
            _invited ??= (Guid?)(await (await SendAsync("users", new { email = Api.NewEmail() })).ReadJsonAsync())!["id"];
            return await SendAsync($"users/{_invited}/email", new { email = Taken, reason = "Mistyped." });
        }

        /// <summary>Decides on a physician with the number of another one.</summary>
        public async Task<HttpResponseMessage> DecideOnTakenAsync(string verb, string state)
        {
            var (holder, other) = (await Server.VerifiedPhysicianAsync(), await Server.RegisterPhysicianAsync());
            await Server.SetLicenceAsync(other, state);
            await Server.Database.ExecuteAsync(
                "UPDATE licences l SET number = @number, jurisdiction = h.jurisdiction FROM licences h WHERE h.id = @holder AND l.id = @id",
                ("number", holder.LicenceNumber()), ("holder", holder.LicenceId()), ("id", other.LicenceId()));
            return await Server.Api.DecideAsync(Person, other.PhysicianId(), verb);
        }

        /// <summary>Asks for an address that somebody takes before it is confirmed.</summary>
        public async Task<HttpResponseMessage> ConfirmTakenAsync()
        {
            var wanted = Api.NewEmail();
            await (await SendAsync("auth/email/change", new { new_email = wanted, current_password = Api.Password })).ShouldBeAsync(202);
            var token = await Server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wanted);
            await Server.Database.ExecuteAsync(
                "UPDATE users SET email = @email, normalized_email = @email WHERE id = @id", ("email", wanted), ("id", Owner.UserId));
            return await SendAsync("auth/email/change/confirm", new { token });
        }
    }
}
