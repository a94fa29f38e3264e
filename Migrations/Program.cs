using AuthServer.Migrations;

return await MigrationCommand.RunAsync(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error);
