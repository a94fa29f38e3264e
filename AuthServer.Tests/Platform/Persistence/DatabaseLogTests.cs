using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Persistence;

/// <summary>
/// PostgreSQL writes the values of a refused row into its own log, which nobody erases: a refusal of ours is no error there.
/// </summary>
public sealed class DatabaseLogTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task No_conflict_that_a_caller_can_cause_leaves_an_error_or_an_address_in_the_log_of_the_database()
    {
        var (holder, person) = (await server.Api.RegisterAsync(more: new { username = "holder" }), await server.Api.RegisterAsync());
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.ProveMailboxAsync(person);

        await RegisterAsync(holder, person);
        await StaffAsync(holder, person, admin);
        await ChangeAsync(person);
        await RaceAsync();

        // What comes last is an error of the test itself, which shows that errors would be seen.
        var provoke = () => server.Database.ExecuteAsync("INSERT INTO users (id) SELECT 'provoked'::uuid");
        await provoke.Should().ThrowAsync<Npgsql.PostgresException>();
        var log = await server.Database.LogAsync();
        log.Should().Contain(line => line.Contains("provoked", StringComparison.Ordinal));
        log.Where(line => line.Contains("ERROR", StringComparison.Ordinal)).Should().ContainSingle();
        log.Should().NotContain(line => line.Contains("@example.com", StringComparison.OrdinalIgnoreCase));
    }

    private async Task RegisterAsync(SignedIn holder, SignedIn person)
    {
        await (await server.Api.PostAsync("auth/register", new { email = holder.Email, password = Api.Password }))
            .ShouldBeProblemAsync(ErrorCodes.EmailTaken);
        await (await server.Api.PostAsync("auth/register", new { email = Api.NewEmail(), password = Api.Password, username = "Holder" }))
            .ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        await (await server.Api.SendAsync(HttpMethod.Patch, "users/me", new { username = "HOLDER" }, person.AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        await (await server.Api.SendAsync(HttpMethod.Patch, "users/me", new { username = "renamed" }, person.AccessToken))
            .ShouldBeAsync(200);
    }

    private async Task StaffAsync(SignedIn holder, SignedIn person, SignedIn admin)
    {
        await (await server.Api.PostAsync("users", new { email = holder.Email }, admin.AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.EmailTaken);
        await (await server.Api.PostAsync("users", new { email = holder.Email, username = "holder" }, admin.AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        await (await server.Api.SendAsync(HttpMethod.Patch, $"users/{person.UserId}", new { username = "holder" }, admin.AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.UsernameTaken);
        var clinic = new { slug = Clinics.NewSlug(), name = "North" };
        await (await server.Api.PostAsync("tenants", clinic, admin.AccessToken)).ShouldBeAsync(201);
        await (await server.Api.PostAsync("tenants", clinic, admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.SlugTaken);
    }

    // The address is registered after the link was mailed.
    private async Task ChangeAsync(SignedIn person)
    {
        var wished = Api.NewEmail();
        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = wished, current_password = Api.Password }, person.AccessToken)).ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, wished);
        await server.Api.RegisterAsync(wished);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token }, person.AccessToken))
            .ShouldBeProblemAsync(ErrorCodes.EmailTaken);
    }

    private async Task RaceAsync()
    {
        for (var round = 0; round < 5; round++)
        {
            var body = new { email = Api.NewEmail(), password = Api.Password, username = $"racer{round}" };

            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Api.PostAsync("auth/register", body)));

            answers.Count(answer => answer.IsSuccessStatusCode).Should().Be(1);
        }
    }
}
