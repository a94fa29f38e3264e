using System.Text.Json.Nodes;
using AuthServer.Compliance.DataRights;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Compliance.Erasure;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Compliance.DataRights;

public sealed class AccountExportTests(ProxiedServer server) : IClassFixture<ProxiedServer>
{
    [Fact]
    public async Task Each_column_that_is_held_about_people_is_in_the_copy_or_said_to_be_left_out()
    {
        var copy = await ExportAsync((await Marked.MakeAsync(server)).Person);
        var sections = ExportSections.Lists.Append(ExportSections.Account)
            .ToLookup(section => section.Table, section => section.Name, StringComparer.Ordinal);

        foreach (var table in (await ColumnsAsync()).GroupBy(column => column.Table, column => column.Column, StringComparer.Ordinal))
        {
            var told = sections[table.Key].SelectMany(name => (copy[name] as JsonArray)?[0]!.AsObject() ?? copy[name]!.AsObject())
                .Select(member => $"{table.Key}.{member.Key}");
            table
                .Select(column => $"{table.Key}.{column}")
                .Except(told, StringComparer.Ordinal)
                .Where(column => !ExportSections.LeftOut.ContainsKey(column) && !ExportSections.LeftOut.ContainsKey(table.Key))
                .Should()
                .BeEmpty();
        }
    }

    [Fact]
    public async Task What_is_said_to_be_left_out_is_there_to_be_left_out()
    {
        var columns = await ColumnsAsync();

        ExportSections.LeftOut.Keys
            .Except(columns.Select(column => $"{column.Table}.{column.Column}"), StringComparer.Ordinal)
            .Except(columns.Select(column => column.Table), StringComparer.Ordinal)
            .Should()
            .BeEmpty();
    }

    [Fact]
    public async Task The_copy_has_the_members_that_the_description_promises()
    {
        var copy = await ExportAsync(await server.Api.RegisterAsync());

        var described = typeof(AccountCopy).GetProperties().Select(property => AuthServer.Platform.Persistence.SnakeCase.Of(property.Name));
        copy.Select(member => member.Key).Should().BeEquivalentTo(described);
    }

    [Fact]
    public async Task People_get_what_is_held_about_them_as_a_file_that_nobody_keeps_on_the_way()
    {
        var marked = await Marked.MakeAsync(server);

        var response = await server.Api.GetAsync("users/me/export", marked.Person.AccessToken);

        response.Content.Headers.ContentDisposition!.DispositionType.Should().Be("attachment");
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        var copy = (await response.ReadJsonAsync())!;
        copy["account"]!["email"]!.GetValue<string>().Should().Be(marked.Email);
        copy["account"]!["pending_email"].Should().NotBeNull();
        copy["licences"]![0]!["number"]!.GetValue<string>().Should().Be(marked.Number);
        copy["memberships"]!.AsArray().Should().NotBeEmpty();
        copy["mails"]!.AsArray().Select(mail => mail!["kind"]!.GetValue<string>()).Should().Contain("email_change_requested");
        copy["events"]!
            .AsArray()
            .Select(audit => audit!["type"]!.GetValue<string>())
            .Should()
            .Contain(["user.registered", "sign_in.failed", "session.started", "user.opened", "user.exported"]);
    }

    [Fact]
    [Trait("ASVS", "14.2.6")]
    public async Task No_secret_is_in_the_copy()
    {
        var marked = await Marked.MakeAsync(server);
        var secrets = await server.Database.QueryAsync<string[]>("""
            SELECT ARRAY[password_hash, security_stamp, concurrency_stamp] || ARRAY(SELECT value FROM user_tokens
                WHERE user_id = @id) || ARRAY(SELECT data ->> 'PublicKey' FROM user_passkeys WHERE user_id = @id)
                || ARRAY(SELECT salt::text FROM audit_events WHERE subject_id = @id) FROM users WHERE id = @id
            """, ("id", marked.Person.UserId));
        secrets.Should().HaveCountGreaterThan(8).And.NotContainNulls();

        var text = await (await server.Api.GetAsync("users/me/export", marked.Person.AccessToken)).Content.ReadAsStringAsync();

        secrets.Append(marked.Person.RefreshToken).Should().AllSatisfy(secret => text.Should().NotContain(secret));
    }

    [Fact]
    public async Task Who_else_acted_is_not_told_nor_from_where_nor_what_was_said_of_others()
    {
        var marked = await Marked.MakeAsync(server);

        var copy = await ExportAsync(marked.Person);

        var opened = copy["events"]!.AsArray().Where(audit => audit!["type"]!.GetValue<string>() == "user.opened").ToList();
        var (byThem, ofThem) = (opened.Single(audit => audit!["about"]!.GetValue<string>() == "somebody else")!,
            opened.Single(audit => audit!["by"]!.GetValue<string>() == "somebody else")!);
        byThem["detail"].Should().BeNull();
        byThem["ip_address"].Should().NotBeNull();
        ofThem["detail"].Should().NotBeNull();
        (ofThem["ip_address"] ?? ofThem["user_agent"]).Should().BeNull();
        copy.ToJsonString().Should().NotContain(marked.Colleague.UserId.ToString());
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task A_copy_needs_a_sign_in_from_within_the_last_ten_minutes()
    {
        await using var later = await StartedServer.StartAsync();
        var person = await later.Api.RegisterAsync();
        later.Clock.Advance(TimeSpan.FromMinutes(11));
        var token = (await (await later.Api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(200))["access_token"]!.GetValue<string>();

        await (await later.Api.GetAsync("users/me/export", token)).ShouldBeProblemAsync(ErrorCodes.InsufficientUserAuthentication);
        await (await later.Api.GetAsync("users/me/export", (await later.Api.LoginAsync(person.Email)).AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_copy_that_was_begun_before_the_erasure_tells_all_of_what_was_and_none_begins_after()
    {
        var (person, admin) = (await server.Api.RegisterAsync(more: new { full_name = "Dana Levi" }),
            await server.SignInAsAsync(Role.Admin));
        var export = server.Services.GetRequiredService<AccountExport>();
        var caller = new Caller(person.UserId, person.SessionId, 1, server.Clock.GetUtcNow(), IsEmailVerified: false, null);
        var written = new MemoryStream();
        await using (var begun = (await export.OpenAsync(caller, RequestOrigin.CommandLine, CancellationToken.None))!)
        {
            await (await server.Api.SendAsync(HttpMethod.Delete, $"users/{person.UserId}", bearer: admin.AccessToken)).ShouldBeAsync(204);
            await begun.WriteAsync(System.IO.Pipelines.PipeWriter.Create(written), CancellationToken.None);
        }

        var copy = JsonNode.Parse(written.ToArray())!;
        copy["account"]!["full_name"]!.GetValue<string>().Should().Be("Dana Levi");
        copy["roles"]!.AsArray().Should().ContainSingle();
        copy["sessions"]!.AsArray().Should().ContainSingle().Which!["revoked_at"].Should().BeNull();
        copy["events"]!
            .AsArray()
            .Select(audit => audit!["type"]!.GetValue<string>())
            .Should()
            .Contain(["user.registered", "user.exported"]).And
            .NotContain("session.ended");
        (await export.OpenAsync(caller, RequestOrigin.CommandLine, CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task Who_asks_while_the_account_is_erased_gets_a_whole_copy_or_none()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        for (var round = 0; round < 8; round++)
        {
            var person = await server.Api.RegisterAsync();
            var export = server.Api.GetAsync("users/me/export", person.AccessToken);
            var delete = server.Api.SendAsync(HttpMethod.Delete, $"users/{person.UserId}", bearer: admin.AccessToken);

            await Task.WhenAll(export, delete);

            await (await delete).ShouldBeAsync(204);
            var answer = await export;
            if ((int)answer.StatusCode == 200)
            {
                var copy = (await answer.ReadJsonAsync())!;
                copy["account"]!["email"]!.GetValue<string>().Should().Be(person.Email);
                (copy["roles"]!.AsArray().Count, copy["sessions"]!.AsArray().Count).Should().Be((1, 1));
            }
            else
            {
                ((int)answer.StatusCode).Should().Be(401);
            }
        }

        await server.Services.GetRequiredService<AuthServer.Compliance.Erasure.ResidualAuditErasure>().RunAsync(CancellationToken.None);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'user.exported' AND salt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users u "
                + "WHERE u.id = subject_id)")).Should().Be(0);
    }

    [Fact]
    public async Task Ten_thousand_events_come_with_their_length()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("""
            INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, user_agent)
                SELECT 'user.profile_changed', 'success', now(), @id, @id, repeat('a', 200) FROM generate_series(1, 10000)
            """, ("id", person.UserId));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me/export");
        request.Headers.Authorization = new("Bearer", person.AccessToken);

        using var response = await server.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        response.Content.Headers.ContentLength.Should().BeGreaterThan(10_000 * 200);
        (await response.ReadJsonAsync())!["events"]!.AsArray().Count.Should().BeGreaterThan(10_000);
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task Readers_who_do_not_read_keep_nobody_waiting_and_hold_no_transaction()
    {
        var readers = new List<HttpResponseMessage>();
        for (var reader = 0; reader < 5; reader++)
        {
            var slow = await server.Api.RegisterAsync();
            // More than the sockets' buffers take.
            await server.Database.ExecuteAsync("""
                INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, user_agent)
                    SELECT 'user.profile_changed', 'success', now(), @id, @id, repeat('a', 500) FROM generate_series(1, 20000)
                """, ("id", slow.UserId));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me/export");
            request.Headers.Authorization = new("Bearer", slow.AccessToken);
            readers.Add(await server.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        }

        readers.Select(response => (int)response.StatusCode).Should().AllBeEquivalentTo(200);
        await (await server.Api.GetAsync("users/me/export", (await server.Api.RegisterAsync()).AccessToken)).ShouldBeAsync(200);
        await Eventually.TrueAsync(
            async () => await server.Database.QueryAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                    + "AND xact_start IS NOT NULL AND backend_type = 'client backend'") == 0,
            "no open transaction");
        readers.ForEach(response => response.Dispose());
    }

    [Fact]
    [Trait("ASVS", "14.2.2")]
    public async Task While_a_large_copy_is_read_no_file_of_it_has_a_name_that_a_crash_would_leave_behind()
    {
        var person = await server.Api.RegisterAsync();
        // More than the sockets' buffers take.
        await server.Database.ExecuteAsync("""
            INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, user_agent)
                SELECT 'user.profile_changed', 'success', now(), @id, @id, repeat('a', 500) FROM generate_series(1, 20000)
            """, ("id", person.UserId));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me/export");
        request.Headers.Authorization = new("Bearer", person.AccessToken);

        using var response = await server.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        var open = Directory.EnumerateFiles("/proc/self/fd")
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.FullName ?? "")
            .Where(file => file.Contains("authserver-cop", StringComparison.Ordinal))
            .ToList();
        open.Should().NotBeEmpty().And.AllSatisfy(file => file.Should().EndWith(" (deleted)"));
        open.Select(Path.GetDirectoryName).Should().AllSatisfy(folder => Directory.Exists(folder).Should().BeFalse());
        (await response.ReadJsonAsync())!["events"]!.AsArray().Count.Should().BeGreaterThan(20_000);
    }

    [Fact]
    public async Task More_than_a_few_at_once_are_told_to_come_back()
    {
        var person = await server.Api.RegisterAsync();
        await using (await OpenAsync(await server.Api.RegisterAsync()))
        await using (await OpenAsync(await server.Api.RegisterAsync()))
        await using (await OpenAsync(await server.Api.RegisterAsync()))
        await using (await OpenAsync(await server.Api.RegisterAsync()))
        {
            var refused = await server.Api.GetAsync("users/me/export", person.AccessToken);

            await refused.ShouldBeProblemAsync(ErrorCodes.Busy);
            refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BePositive();
        }

        await (await server.Api.GetAsync("users/me/export", person.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task One_person_has_one_copy_made_at_a_time_and_keeps_nobody_else_waiting()
    {
        var (person, other) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        await using (await OpenAsync(person))
        {
            var refused = await server.Api.GetAsync("users/me/export", person.AccessToken);

            await refused.ShouldBeProblemAsync(ErrorCodes.Busy);
            refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BePositive();
            await (await server.Api.GetAsync("users/me/export", other.AccessToken)).ShouldBeAsync(200);
        }

        await (await server.Api.GetAsync("users/me/export", person.AccessToken)).ShouldBeAsync(200);
    }

    private async Task<OpenedCopy> OpenAsync(SignedIn person) =>
        (await server.Services.GetRequiredService<AccountExport>()
            .OpenAsync(
                new(person.UserId, person.SessionId, 1, server.Clock.GetUtcNow(), IsEmailVerified: false, null),
                RequestOrigin.CommandLine, CancellationToken.None))!;

    private async Task<JsonObject> ExportAsync(SignedIn person) =>
        (await (await server.Api.GetAsync("users/me/export", person.AccessToken)).ShouldBeAsync(200)).AsObject();

    private async Task<IReadOnlyList<(string Table, string Column)>> ColumnsAsync()
    {
        var columns = await server.Database.QueryAsync<string[]>("""
            SELECT array_agg(format('%s.%s', table_name, column_name))
                FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '__EFMigrationsHistory'
            """);
        return [.. columns.Select(column => column.Split('.')).Select(parts => (parts[0], parts[1]))];
    }
}
