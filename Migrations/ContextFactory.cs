using System.Data.Common;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AuthServer.Migrations;

/// <summary>For <c>dotnet ef</c>, which needs the model and no database.</summary>
internal sealed class ContextFactory : IDesignTimeDbContextFactory<AuthDbContext>
{
    // Identity reads the version of its schema from the application's services; 3 is the one with passkeys.
    private static readonly ServiceProvider Services = new ServiceCollection()
        .Configure<IdentityOptions>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3).BuildServiceProvider();

    public AuthDbContext CreateDbContext(string[] args) => new(Options(new NpgsqlConnection("Host=localhost")));

    public static DbContextOptions<AuthDbContext> Options(DbConnection connection) => new DbContextOptionsBuilder<AuthDbContext>()
        .UseApplicationServiceProvider(Services)
        .UseNpgsql(connection, npgsql => npgsql.MigrationsAssembly(typeof(ContextFactory).Assembly.GetName().Name)).Options;
}
