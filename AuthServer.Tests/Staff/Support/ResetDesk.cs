using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

/// <summary>What staff do about other people's passwords.</summary>
internal static class ResetDesk
{
    public static Task<HttpResponseMessage> AskForResetAsync(
        this TestServer server, SignedIn staff, SignedIn person, string reason = "New phone; called from the number we know") =>
        server.Api.PostAsync($"users/{person.UserId}/password-reset", new { reason }, staff.AccessToken);

    /// <summary>Requests a reset that needs approval and returns its id.</summary>
    public static async Task<Guid> AwaitApprovalAsync(this TestServer server, SignedIn staff, SignedIn person)
    {
        var answer = await (await server.AskForResetAsync(staff, person)).ShouldBeAsync(202);
        answer["status"]!.GetValue<string>().Should().Be("awaiting_approval");
        return answer["id"]!.GetValue<Guid>();
    }

    public static Task<HttpResponseMessage> DecideAsync(
        this TestServer server, SignedIn staff, object id, string verdict = "approve", object? body = null) =>
        server.Api.PostAsync($"password-resets/{id}/{verdict}", body, staff.AccessToken);

    public static async Task<JsonNode> ListResetsAsync(this TestServer server, SignedIn staff, string query = "") =>
        await (await server.Api.GetAsync($"password-resets{query}", staff.AccessToken)).ShouldBeAsync(200);

    /// <summary>The number of mails of this kind queued for the person.</summary>
    public static Task<long> OwedAsync(this TestServer server, string kind, SignedIn person) => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM email_outbox WHERE kind = @kind AND address = @address", ("kind", kind), ("address", person.Email));
}
