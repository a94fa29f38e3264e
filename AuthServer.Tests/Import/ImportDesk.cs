using System.Text;
using System.Text.Json.Nodes;
using AuthServer.Import;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Import;

/// <summary>A server with an empty database, and a folder of files to import into it.</summary>
public sealed class ImportDesk : StoppedServer
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("authserver-import-");

    public static string Sample(string file) => Path.Combine(Repository.Root, LegacySample.Folder, file);

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    public async Task<string> WriteAsync(string file, string text, Encoding? encoding = null)
    {
        await File.WriteAllTextAsync(PathOf(file), text, encoding ?? new UTF8Encoding(false));
        return PathOf(file);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    internal static ImportRequest Physicians(string from) => new(FieldSet.Physicians, from, "dd_api");

    internal static ImportRequest Users(string from) => new(FieldSet.Users, from, "old");

    /// <summary>Imports a file of users and returns the reported rows.</summary>
    internal async Task<Told> ImportUsersAsync(string file, string text) => await ImportAsync(Users(await WriteAsync(file, text)));

    internal async Task<Told> ImportAsync(ImportRequest request)
    {
        var rows = new List<RowResult>();
        var outcome =
            await Services.GetRequiredService<ImportRun>().RunAsync(
                request, new ImportWatch { Provided = rows.Add }, CancellationToken.None);
        return outcome is ImportOutcome.Finished finished
            ? new(finished.Summary, rows)
            : throw new InvalidOperationException(outcome.ToString());
    }

    internal async Task<string> RefusalOfAsync(ImportRequest request)
    {
        var before = await ContentAsync();
        var outcome = await Services.GetRequiredService<ImportRun>().RunAsync(request, new ImportWatch(), CancellationToken.None);
        (await ContentAsync()).Should().Be(before);
        return outcome.Should().BeOfType<ImportOutcome.Refused>().Subject.Reason;
    }

    /// <summary>Everything an import could change, row by row.</summary>
    public async Task<string> ContentAsync()
    {
        var content = new StringBuilder();
        // The import only queues mails; meanwhile the dispatcher may send them.
        foreach (var table in new[]
        {
            "users",
            "user_roles",
            "tenants",
            "memberships",
            "physicians",
            "licences",
            "audit_events",
            "(SELECT id, kind, user_id FROM email_outbox)"
        })
        {
            content
                .Append(table)
                .Append(' ')
                .AppendLine(
                    await Database.QueryAsync<string>(
                        $"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '') FROM {table} t"));
        }

        return content.ToString();
    }

    public Task<long> CountAsync(string rows) => Database.QueryAsync<long>($"SELECT count(*) FROM {rows}");

    /// <summary>Sets a password with the link, like its page.</summary>
    public async Task AcceptAsync(string link, string password) =>
        (await Api.PostAsync(
            "auth/password/reset/confirm", new
            {
                token = link.Split("token=")[1].Split(
                '&')[0],
                new_password = password
            })).EnsureSuccessStatusCode();

    /// <summary>The lines of a file of links.</summary>
    public async Task<IReadOnlyList<JsonObject>> LinksAsync(string file) =>
        [.. (await File.ReadAllLinesAsync(PathOf(file))).Select(line => JsonNode.Parse(line)!.AsObject())];

    internal sealed record Told(ImportSummary Summary, IReadOnlyList<RowResult> Rows)
    {
        public IEnumerable<string> Skipped => Rows.Where(row => row.Outcome == RowOutcome.Skipped).Select(row => $"{row.Row} {row.Reason}");

        public RowResult Row(long number) => Rows.Single(row => row.Row == number);
    }
}
