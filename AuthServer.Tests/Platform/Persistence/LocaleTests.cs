using AuthServer.Migrations;
using AuthServer.Tests.Infrastructure;
using Npgsql;

namespace AuthServer.Tests.Platform.Persistence;

/// <summary>Neither the language of the database nor that of the machine decides who is who.</summary>
public sealed class LocaleTests
{
    [Theory]
    [InlineData("LOCALE 'C'", "Pacific/Apia", "tr_TR.UTF-8")]
    [InlineData("LOCALE_PROVIDER icu ICU_LOCALE 'he-IL' LOCALE 'C'", "Asia/Jerusalem", "he_IL.UTF-8")]
    public async Task Registering_signing_in_searching_and_refreshing_work_in_any_locale(string locale, string timeZone, string language)
    {
        await using var any = await TestDatabase.CreateEmptyAsync();
        var name = $"locale_{Guid.NewGuid():N}";
        await any.BySuperuserAsync($"CREATE DATABASE {name} OWNER authserver_owner ENCODING 'UTF8' {locale} TEMPLATE template0");
        await any.BySuperuserAsync($"ALTER DATABASE {name} SET timezone = '{timeZone}'");
        await any.BySuperuserAsync($"ALTER DATABASE {name} SET datestyle = 'SQL, DMY'");
        await any.BySuperuserAsync($"ALTER DATABASE {name} SET intervalstyle = 'sql_standard'");
        try
        {
            await TryAsync(In(any.OwnerConnection, name), In(any.ServerConnection, name), timeZone, language);
        }
        finally
        {
            await any.BySuperuserAsync($"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    // There, I and i are two letters: nobody called Iris would be found as iris.
    [Fact]
    public async Task A_database_whose_letters_are_Turkish_is_refused_before_anything_is_in_it()
    {
        await using var any = await TestDatabase.CreateEmptyAsync();
        var name = $"locale_{Guid.NewGuid():N}";
        await any.BySuperuserAsync(
            $"CREATE DATABASE {name} OWNER authserver_owner LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C' TEMPLATE template0");
        var output = new StringWriter();

        (await DatabaseMigration.RunAsync(In(any.OwnerConnection, name), In(any.ServerConnection, name), output)).Should().Be(1);

        output.ToString().Should().Contain("LOCALE 'C'");
        await any.BySuperuserAsync($"DROP DATABASE {name} WITH (FORCE)");
    }

    private static async Task TryAsync(string owner, string app, string timeZone, string language)
    {
        (await DatabaseMigration.RunAsync(owner, app, TextWriter.Null)).Should().Be(0);
        NpgsqlConnection.ClearAllPools();
        var environment = ServerProgram.GoodEnvironment(app);
        (environment["TZ"], environment["LANG"], environment["LC_ALL"]) = (timeZone, language, language);
        environment["ADMIN_PASSWORD"] = Api.Password;
        (await ServerProgram.RunProcessAsync(["create-admin", "--email", "IRIS.ADMIN@example.com"], environment)).ExitCode.Should().Be(0);
        await using var server = await ServerProgram.ServeAsync(environment);
        var admin = await server.Api.LoginAsync("iris.admin@EXAMPLE.com");

        var person = await server.Api.RegisterAsync(more: new { username = "Irit.LEVI", full_name = "Irit Ilan İpek" });
        (await server.Api.LoginAsync("IRIT.levi")).UserId.Should().Be(person.UserId);
        (await server.Api.LoginAsync(person.Email.ToUpperInvariant())).UserId.Should().Be(person.UserId);
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeAsync(200);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        foreach (var term in new[] { "irit", "IRIT", "ilan", "ILAN", person.Email[..10].ToUpperInvariant() })
        {
            var found = await (await server.Api.GetAsync($"users?search={term}", admin.AccessToken)).ShouldBeAsync(200);
            found["items"]!.AsArray().Should().ContainSingle("{0} is in the name", term);
        }

        (await (await server.Api.GetAsync("/health/ready")).ShouldBeAsync(200))["status"]!.GetValue<string>().Should().Be("healthy");
    }

    private static string In(string connection, string database) =>
        new NpgsqlConnectionStringBuilder(connection) { Database = database }.ConnectionString;
}
