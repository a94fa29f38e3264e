using AuthServer.Migrations;

// Applies what is missing and exits: the only program that needs rights on the schema.
var server = Environment.GetEnvironmentVariable("DATABASE_URL") ?? Environment.GetEnvironmentVariable("ConnectionStrings__Default");
var owner = Environment.GetEnvironmentVariable("MIGRATIONS_DATABASE_URL") ?? server;
if (string.IsNullOrWhiteSpace(owner))
{
    await Console.Error.WriteLineAsync(
        "MIGRATIONS_DATABASE_URL is not set. Give postgresql://owner:password@host:5432/database, "
            + "or DATABASE_URL where one role does both.");
    return 78;
}

return await DatabaseMigration.RunAsync(owner, server ?? owner, Console.Out);
