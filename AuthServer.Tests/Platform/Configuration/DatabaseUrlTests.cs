using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Tests.Platform.Configuration;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("postgresql://dana:secret@db.example.com:6432/auth", "db.example.com", 6432, "dana", "secret", "auth")]
    [InlineData("postgres://dana:secret@db.example.com/auth", "db.example.com", 5432, "dana", "secret", "auth")]
    [InlineData("postgresql://d%40na:p%3Aa%2Fs%25s%20w@db/auth%20db", "db", 5432, "d@na", "p:a/s%s w", "auth db")]
    [InlineData("postgresql://dana:p:w@db/auth", "db", 5432, "dana", "p:w", "auth")]
    [InlineData("postgresql://db/auth", "db", 5432, null, null, "auth")]
    [InlineData("postgresql://dana@[::1]:5433/auth", "[::1]", 5433, "dana", null, "auth")]
    [InlineData("Host=db;Port=6432;Username=dana;Password=secret;Database=auth", "db", 6432, "dana", "secret", "auth")]
    public void Both_forms_are_read(string text, string host, int port, string? user, string? password, string database)
    {
        var connection = DatabaseUrl.Parse(text)!;

        (connection.Host, connection.Port, connection.Username, connection.Password, connection.Database).Should()
            .Be((host, port, user, password, database));
    }

    [Theory]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    [InlineData("disable", SslMode.Disable)]
    public void The_ssl_mode_is_written_as_libpq_writes_it(string written, SslMode meant) =>
        DatabaseUrl.Parse($"postgresql://dana@db/auth?sslmode={written}")!.SslMode.Should().Be(meant);

    [Fact]
    public void Options_of_libpq_and_of_Npgsql_can_follow()
    {
        var connection =
            DatabaseUrl.Parse(
                "postgresql://dana@/auth?host=%2Fvar%2Frun%2Fpostgresql&connect_timeout=7&application_name=auth%201&Keepalive=30")!;

        (connection.Host, connection.Timeout, connection.ApplicationName, connection.KeepAlive).Should()
            .Be(("/var/run/postgresql", 7, "auth 1", 30));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Database=auth")]
    [InlineData("postgresql://dana:secret@db")]
    [InlineData("postgresql://dana:secret@db/")]
    [InlineData("postgresql://db:notaport/auth")]
    [InlineData("postgresql://db/auth?nonsense=1")]
    [InlineData("postgresql://db/auth?sslmode=perhaps")]
    [InlineData("mysql://db/auth")]
    public void What_is_neither_is_no_connection(string text) => DatabaseUrl.Parse(text).Should().BeNull();
}
