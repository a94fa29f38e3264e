using System.CommandLine;
using AuthServer.Import;

namespace AuthServer.Cli;

/// <summary><c>import-physicians</c> and <c>import-users</c></summary>
internal sealed class ImportCommand : ICliCommand
{
    private readonly FieldSet _fields;
    private readonly Option<string> _from;
    private readonly Option<string?> _map = new("--map") { Description = "A JSON file that maps columns to fields" };
    private readonly Option<string> _source;
    private readonly Option<string?> _table = new("--table") { Description = "Schema and table in PostgreSQL; dd_api.groups if omitted" };
    private readonly Option<string?> _encoding =
        new("--encoding") { Description = "The file's encoding if it is not UTF-8, for example windows-1255" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Report what would happen to each row, and change nothing" };
    private readonly Option<bool> _send = new("--send") { Description = "Mail a link to set a password to everybody without one" };
    private readonly Option<string?> _linksOut =
        new("--links-out") { Description = "Write those links to a file instead (mode 0600; .csv or JSON lines)" };
    private readonly Option<string?> _report = new("--report") { Description = "Write a line per row to a CSV file (mode 0600)" };
    private readonly Option<bool> _trustEmails =
        new("--trust-emails") { Description = "Treat the addresses of everybody with a password there as confirmed" };

    private ImportCommand(FieldSet fields, string name, string description, string from, bool hasTable)
    {
        _fields = fields;
        _from = new("--from") { Description = from, Required = true };
        _source = new("--source") { Description = "The other system's name, the prefix of its ids", Required = !hasTable };
        Command = new(name, description) { _from, _map, _source, _encoding, _dryRun, _send, _linksOut, _report, _trustEmails };
        if (hasTable)
        {
            _source.DefaultValueFactory = static _ => "dd_api";
            Command.Add(_table);
        }
    }

    public Command Command { get; }

    public required IReadOnlyList<string> Examples { get; init; }

    public string Failure => "The import ended";

    public string Untouched => "Nothing was done";

    public static ImportCommand Physicians() =>
        new(
            FieldSet.Physicians, "import-physicians", "Import physicians and their clinics from another system",
            "postgresql://…, or a file: .csv, .json or .jsonl. The database's password is taken from PGPASSWORD", hasTable: true)
        {
            Examples =
        [
            "import-physicians --from postgresql://reader@old.example.com/dd --map columns.json --dry-run",
            "import-physicians --from postgresql://reader@old.example.com/dd --map columns.json --links-out links.csv",
            "import-physicians --from physicians.csv --encoding windows-1255 --report report.csv --send",
        ],
        };

    public static ImportCommand Users() =>
        new(
            FieldSet.Users, "import-users", "Import people from another system, with the hashes of their passwords",
            "A file: .csv, .json or .jsonl", hasTable: false)
        {
            Examples = [
            "import-users --from users.jsonl --source legacy --dry-run",
            "import-users --from users.csv --source legacy --map columns.json --trust-emails --report report.csv"],
        };

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var request = Request(run.Line);
        if (request.Fault() is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        var told = new ImportOutput(run.Output, request);
        return await told.WhileAsync(watch => run.Get<ImportRun>().RunAsync(request, watch, run.Stopping)) switch
        {
            ImportOutcome.Finished finished => told.Sum(finished.Summary),
            ImportOutcome.Refused refused => new CommandOutcome.Failed(refused.Reason, "source"),
            _ => new CommandOutcome.Failed("Another import is running: wait until it has ended.", "busy"),
        };
    }

    private ImportRequest Request(ParseResult line) => new(_fields, line.GetValue(_from)!, line.GetValue(_source)!)
    {
        Map = line.GetValue(_map),
        Table = Command.Options.Contains(_table) ? line.GetValue(_table) : null,
        Encoding = line.GetValue(_encoding),
        IsDryRun = line.GetValue(_dryRun),
        Sends = line.GetValue(_send),
        LinksOut = line.GetValue(_linksOut),
        Report = line.GetValue(_report),
        TrustsEmails = line.GetValue(_trustEmails),
    };
}
