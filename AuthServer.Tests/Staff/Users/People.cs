using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

/// <summary>What staff see of people.</summary>
internal static class People
{
    public static async Task<JsonNode> ListPeopleAsync(this TestServer server, SignedIn staff, string query = "") =>
        await (await server.Api.GetAsync("users" + query, staff.AccessToken)).ShouldBeAsync(200);

    /// <summary>Refused attempts on a person, in order.</summary>
    public static Task<string?> RefusedAsync(this TestServer server, SignedIn staff, Guid person) => server.Database.QueryAsync<string?>(
        "SELECT string_agg(reason || ' ' || detail, ';' ORDER BY id) FROM audit_events WHERE type = 'staff.refused' AND outcome = "
            + "'failure' AND actor_id = @actor AND subject_id = @subject",
        ("actor", staff.UserId), ("subject", person));

    /// <summary>How often the actor did this to the person.</summary>
    public static Task<long> AuditedAsync(this TestServer server, string type, Guid actor, Guid subject) =>
        server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events WHERE type = @type AND actor_id = @actor AND subject_id = @subject AND outcome = 'success'",
        ("type", type), ("actor", actor), ("subject", subject));

    /// <summary>How often the actor did this to people who are no longer named.</summary>
    public static Task<long> AuditedWithoutNameAsync(this TestServer server, string type, Guid actor) => server.Database.QueryAsync<long>(
        "SELECT count(*) FROM audit_events a WHERE type = @type AND actor_id = @actor AND outcome = 'success' AND subject_id IS NOT NULL "
            + "AND NOT EXISTS (SELECT 1 FROM audit_events b WHERE b.subject_id = a.subject_id AND b.salt IS NOT NULL AND b.type NOT IN "
            + "(@type, 'user.erased'))",
        ("type", type), ("actor", actor));
}
