using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

/// <summary>In Development the person who forgot a password is shown the token, but staff who help them are not.</summary>
public sealed class SupportSecrecyTests(SupportSecrecyTests.Server server) : IClassFixture<SupportSecrecyTests.Server>
{
    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task No_answer_to_staff_and_nothing_on_record_holds_a_token_a_link_or_a_hash()
    {
        var (support, second, person) = (await server.SignInAsAsync(Role.Support), await server.SignInAsAsync(Role.Admin),
            await server.SignInAsAsync(Role.Physician));
        var patient = await server.Api.RegisterAsync();
        var id = await server.AwaitApprovalAsync(support, person);
        await server.Database.ExecuteAsync("DELETE FROM email_outbox WHERE kind = @kind", ("kind", MailKinds.VerifyEmail));

        var answers = new List<string>();
        foreach (var answer in new[]
        {
            await server.AskForResetAsync(
                support, patient), await server.AskForResetAsync(support, person), await server.DecideAsync(second, id),
            await server.Api.PostAsync($"users/{patient.UserId}/verification", "{}", support.AccessToken),
            await server.Api.PostAsync($"users/{patient.UserId}/open", new { reason = "To see what it tells" }, support.AccessToken),
            await server.Api.GetAsync(
                $"users/{patient.UserId}/sessions", support.AccessToken), await server.Api.GetAsync("password-resets", support.AccessToken),
        })
        {
            answer.IsSuccessStatusCode.Should().BeTrue("{0} is to be answered", answer.RequestMessage!.RequestUri);
            answers.Add(await answer.Content.ReadAsStringAsync());
        }

        var token = await server.MailedTokenAsync(MailKinds.ResetPassword, patient.Email);
        var hash =
            await server.Database.QueryAsync<string>(
                "SELECT password_hash || '|' || security_stamp FROM users WHERE id = @id", ("id", patient.UserId));
        string[] secrets = ["dev_token", "token=", "http", "CfDJ8", token, patient.RefreshToken, .. hash.Split('|')];
        answers.Should().OnlyContain(answer => !Holds(secrets, answer));
        foreach (var table in new[] { "audit_events", "assisted_resets", "email_outbox" })
        {
            Holds(secrets, await server.Database.QueryAsync<string>($"SELECT string_agg(t::text, ' ') FROM {table} t")).Should()
                .BeFalse("{0} keeps no secrets", table);
        }
    }

    private static bool Holds(string[] secrets, string text) =>
        secrets.Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));

    public sealed class Server : TestServer
    {
        protected override string EnvironmentName => "Development";
    }
}
