using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Compliance.Erasure;

/// <summary>A person with data in every table that can contain some, and another person who interacted with them.</summary>
internal sealed class Marked
{
    private readonly string _mark = $"zelda{Guid.NewGuid():N}"[..16];
    private readonly string _address = ProxiedServer.NewAddress();

    public string Number => $"ZZ-{_mark}";

    // None of these may remain, in any column of any table.
    public IEnumerable<string> Marks => [_mark, _address, Person.UserId.ToString()];

    public SignedIn Person { get; private set; } = null!;

    public SignedIn Colleague { get; private set; } = null!;

    public string Email => $"{_mark}.now@{_mark}-marker.example";

    public string UserAgent => $"{_mark}Phone/1.0";

    /// <summary>The address they registered with.</summary>
    public string FormerEmail => $"{_mark}@{_mark}-former.example";

    public static async Task<Marked> MakeAsync(TestServer server)
    {
        var marked = new Marked();
        await marked.RegisterAsync(server);
        return marked;
    }

    /// <summary>Sends requests with a recognisable address and user agent.</summary>
    public Task<HttpResponseMessage> PostAsync(TestServer server, string path, object body, string? bearer = null) =>
        server.Api.PostAsync(path, body, bearer, request =>
    {
        request.Headers.Add("X-Forwarded-For", _address);
        request.Headers.UserAgent.ParseAdd(UserAgent);
    });

    /// <summary>Each place that contains one of the marks, as <c>table.column</c>.</summary>
    public async Task<IReadOnlyList<string>> PlacesAsync(TestServer server)
    {
        var found = new List<string>();
        foreach (var (table, column) in await ColumnsAsync(server))
        {
            foreach (var mark in Marks.Where(mark => table != "revocations" || mark != Person.UserId.ToString()))
            {
                if (await server.Database.QueryAsync<bool>(
                    $"SELECT EXISTS (SELECT 1 FROM \"{table}\" WHERE \"{column}\"::text ILIKE '%' || @mark || '%')", ("mark", mark)))
                {
                    found.Add($"{table}.{column}");
                }
            }
        }

        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    private async Task RegisterAsync(TestServer server)
    {
        var email = FormerEmail;
        await PostAsync(server, "auth/register", new
        {
            email,
            password = Api.Password,
            username = $"{_mark}-name",
            full_name = $"Dr. {_mark} Marker",
            role = Role.Physician,
            device_name = $"The phone of {_mark}",
            physician = new { license_number = Number, license_jurisdiction = "IL", specialty = $"{_mark}logy" },
        });
        await server.Database.ExecuteAsync("UPDATE users SET email_confirmed = true WHERE normalized_email = @email", ("email", email));
        var id = await server.Database.QueryAsync<Guid>("SELECT id FROM users WHERE normalized_email = @email", ("email", email));
        await server.Database.ExecuteAsync(
            "INSERT INTO user_roles (user_id, role_id) VALUES (@user, @role)", ("user", id), ("role", Role.IdOf(Role.Admin)));
        for (var guess = 0; guess < 3; guess++)
        {
            await PostAsync(server, "auth/login", new { email, password = "not the password" });
        }

        Colleague = await server.SignInAsAsync(Role.Admin);
        Person = await SignedIn.ReadAsync(
            await PostAsync(server, "auth/login", new { email, password = Api.Password, device_name = $"The laptop of {_mark}" }));
        await MoveAsync(server);
        await ActAsync(server);
        await FillTablesAsync(server);
    }

    /// <summary>The marks that a real dump of the database contains: nothing is overlooked in it because nobody thought of it.</summary>
    public async Task<IReadOnlyList<string>> InDumpAsync(TestServer server)
    {
        var dump = await server.Database.DumpAsync();
        return [.. Marks.Append(FormerEmail)
            .Where(mark => Regex.IsMatch(
                dump, $@"(?<![0-9.]){Regex.Escape(mark)}(?![0-9])", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(30)))];
    }

    private static async Task<IReadOnlyList<(string Table, string Column)>> ColumnsAsync(TestServer server)
    {
        var columns = new List<(string, string)>();
        await using var command = server.Database.Owner.CreateCommand("""
            SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
            """);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            columns.Add((row.GetString(0), row.GetString(1)));
        }

        return columns;
    }

    // Somebody asks for a mail to the former address, both before and after it is left.
    private async Task MoveAsync(TestServer server)
    {
        await PostAsync(server, "auth/password/reset/request", new { email = FormerEmail });
        await (await PostAsync(
            server, "auth/email/change", new { new_email = Email, current_password = Api.Password }, Person.AccessToken))
            .ShouldBeAsync(202);
        var token = await server.MailedTokenAsync(MailKinds.ConfirmNewEmail, Email);
        await (await PostAsync(server, "auth/email/change/confirm", new { token }, Person.AccessToken)).ShouldBeAsync(204);
        await PostAsync(server, "auth/email/verification/request", new { email = FormerEmail });
        Person = Person with { User = JsonNode.Parse($$"""{"id":"{{Person.UserId}}","email":"{{Email}}"}""") };
    }

    // What they did to others and others did to them, through the routes.
    private async Task ActAsync(TestServer server)
    {
        var patient = await server.Api.RegisterAsync();
        await PostAsync(server, $"users/{patient.UserId}/open", new { reason = "A question." }, Person.AccessToken);
        await PostAsync(server, $"users/{patient.UserId}/disable", new { reason = "Asked for." }, Person.AccessToken);
        await server.Api.PostAsync($"users/{Person.UserId}/open", new { reason = $"{_mark} has telephoned." }, Colleague.AccessToken);
        await PostAsync(
            server, "auth/email/change", new { new_email = $"{_mark}.new@example.org", current_password = Api.Password },
            Person.AccessToken);
        await PostAsync(server, "auth/password/reset/request", new { email = Email });
        await PostAsync(server, $"users?api_key={(await server.MakeKeyAsync(Person)).Text}", new { });
        await (await server.Api.SendAsync(HttpMethod.Patch, "physicians/me", new { private_pool = $"{_mark}'s" }, Person.AccessToken))
            .ShouldBeAsync(200);
        // Others request this address as their new one, of whom one did so long ago.
        await RivalAsync(server);
        var former = await RivalAsync(server);
        await server.Database.ExecuteAsync("DELETE FROM email_outbox WHERE user_id = @id", ("id", former));
    }

    private async Task<Guid> RivalAsync(TestServer server)
    {
        var rival = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(rival);
        await (await server.Api.PostAsync(
            "auth/email/change", new { new_email = Email, current_password = Api.Password }, rival.AccessToken)).ShouldBeAsync(202);
        return rival.UserId;
    }

    private async Task FillTablesAsync(TestServer server)
    {
        var mark = ("mark", (object)_mark);
        var (person, colleague) = (("person", (object)Person.UserId), ("colleague", (object)Colleague.UserId));
        await server.Database.ExecuteAsync(
            "UPDATE users SET disabled_reason = @mark, pending_user_name = @mark, legacy_id = 'old:' || @mark, phone_number = @mark "
                + "WHERE id = @person", person, mark);
        await server.Database.ExecuteAsync(
            "UPDATE licences SET reason = @mark FROM physicians p WHERE p.id = physician_id AND p.user_id = @person", person, mark);
        await server.Database.ExecuteAsync(
            "INSERT INTO user_claims (user_id, claim_type, claim_value) VALUES (@person, 'nickname', @mark)", person, mark);
        await server.Database.ExecuteAsync(
            "INSERT INTO user_logins (login_provider, provider_key, provider_display_name, user_id) VALUES ('google', @key, 'Google', "
                + "@person)",
            person, ("key", $"{_mark}-{Guid.NewGuid():N}"));
        await server.Database.ExecuteAsync(
            "INSERT INTO user_tokens (user_id, login_provider, name, value) VALUES (@person, 'authenticator', @mark, @mark || "
                + "'-token-value')",
            person, mark);
        await server.Database.ExecuteAsync(
            "INSERT INTO user_passkeys (credential_id, user_id, data) VALUES (@key, @person, jsonb_build_object('Name', @mark, "
                + "'PublicKey', @mark || '-public', 'CreatedAt', now()))",
            person, mark, ("key", Guid.NewGuid().ToByteArray()));
        await server.Database.ExecuteAsync("""
            INSERT INTO api_keys (id, name, secret_hash, owner_id, scopes, version, requests_per_minute, created_at, expires_at)
            VALUES (gen_random_uuid(), 'billing of ' || @mark, '\x01', @person, '{users:read}', 1, 600, now(), now() + interval '1 day')
            """, person, mark);
        await server.Database.ExecuteAsync("""
            INSERT INTO assisted_resets (id, user_id, requested_by, reason, state, created_at, expires_at, decided_by, decided_at) VALUES
                (gen_random_uuid(), @person, @colleague, @mark || ' has lost it', 'pending', now(), now() + interval '1 hour', NULL, NULL),
                (gen_random_uuid(), @colleague, @person, 'lost', 'declined', now(), now() + interval '1 hour', @person, now())
            """, person, colleague, mark);
        await server.Database.ExecuteAsync(
            "INSERT INTO physicians (id, user_id, private_pool, vacation_mode, accepting_patients) VALUES (gen_random_uuid(), "
                + "@colleague, false, false, true)",
            colleague);
        await server.Database.ExecuteAsync("""
            INSERT INTO licences (id, physician_id, jurisdiction, number, state, verified_by)
            SELECT gen_random_uuid(), id, 'FR', '75-1', 'verified', @person FROM physicians WHERE user_id = @colleague
            """, person, colleague);
        await server.JoinAsync(Person.UserId, await server.OpenClinicAsync(), Role.Physician);
    }
}
