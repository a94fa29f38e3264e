using AuthServer.Platform.Persistence;

namespace AuthServer.Migrations;

/// <summary>Applies what is missing and exits: the only program that needs rights on the schema.</summary>
internal static class MigrationCommand
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Usage = 2;
    private const int Configuration = 78;

    private const string Help = """
        Usage: AuthServer.Migrations

        Brings the database to the newest schema, gives the server's role its rights, and exits. It takes no arguments.

          MIGRATIONS_DATABASE_URL        postgresql://owner:password@host:5432/database: the owner of the schema; DATABASE_URL if one
                                         role does both
          DATABASE_URL                   what the server uses (or ConnectionStrings__Default): its role is given the rights to read
                                         and write rows
          Database__AllowUnverifiedTls   true where the network to a database on another machine is yours alone

        Exit codes: 0 done; 1 failed, standard error says why; 2 an argument that is not known; 78 a variable is wrong
        """;

    public static async Task<int> RunAsync(string[] args, Func<string, string?> variable, TextWriter output, TextWriter error)
    {
        if (args is ["--help" or "-h" or "-?"])
        {
            await output.WriteLineAsync(Help);
            return Done;
        }

        if (args.Length > 0)
        {
            await error.WriteLineAsync($"Nothing was done: '{args[0]}' is not known, and there are no arguments. See --help.");
            return Usage;
        }

        var server = First(variable, "DATABASE_URL", "ConnectionStrings__Default");
        if ((First(variable, "MIGRATIONS_DATABASE_URL") ?? server) is not { } owner)
        {
            await error.WriteLineAsync(
                "MIGRATIONS_DATABASE_URL is not set. Give postgresql://owner:password@host:5432/database, "
                    + "or DATABASE_URL where one role does both.");
            return Configuration;
        }

        if (Impersonable(owner, variable))
        {
            await error.WriteLineAsync(
                DatabaseRegistration.Impersonable.Replace("DATABASE_URL", NameOfOwner(variable), StringComparison.Ordinal));
            return Configuration;
        }

        return await RunAsync(owner, server, output, error);
    }

    private static async Task<int> RunAsync(string owner, string? server, TextWriter output, TextWriter error)
    {
        try
        {
            var code = await DatabaseMigration.RunAsync(owner, server ?? owner, output);
            if (code == Done && server is null)
            {
                await error.WriteLineAsync(
                    "DATABASE_URL is not set, so no rights were given to the server's role. Run this again with the server's DATABASE_URL, "
                        + "unless the server connects as this role as well.");
            }

            return code;
        }
        catch (Exception exception) when (OperatorFaults.Find(exception) is not null)
        {
            await error.WriteLineAsync($"The database was not migrated: {SentenceForOwner(exception)}");
            return Failed;
        }
    }

    private static string SentenceForOwner(Exception exception) =>
        DatabaseFaults.IsMissingRight(exception)
            ? "The role in MIGRATIONS_DATABASE_URL lacks a right: make it the owner by ALTER DATABASE … OWNER TO …"
            : OperatorFaults.Find(exception)!.Sentence.Replace(" DATABASE_URL", " MIGRATIONS_DATABASE_URL", StringComparison.Ordinal);

    private static bool Impersonable(string url, Func<string, string?> variable) =>
        variable("ASPNETCORE_ENVIRONMENT") is not "Development"
            && new DatabaseSettings
            {
                Url = url,
                AllowUnverifiedTls = string.Equals(variable("Database__AllowUnverifiedTls"), "true", StringComparison.OrdinalIgnoreCase),
            }.CanBeImpersonated;

    private static string NameOfOwner(Func<string, string?> variable) =>
        First(variable, "MIGRATIONS_DATABASE_URL") is null ? "DATABASE_URL" : "MIGRATIONS_DATABASE_URL";

    private static string? First(Func<string, string?> variable, params string[] names) =>
        names.Select(variable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
}
