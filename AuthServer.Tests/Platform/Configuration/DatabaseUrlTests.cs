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
    [InlineData("postgresql+asyncpg://dana:secret@db/auth", "db", 5432, "dana", "secret", "auth")]
    [InlineData("postgresql+psycopg2://dana:secret@db/auth", "db", 5432, "dana", "secret", "auth")]
    [InlineData("postgres+psycopg://dana:secret@db/auth", "db", 5432, "dana", "secret", "auth")]
    [InlineData("postgresql:///auth?host=/var/run/postgresql", "/var/run/postgresql", 5432, null, null, "auth")]
    [InlineData("postgresql:///auth?host=%2Fvar%2Frun%2Fpostgresql&user=dana", "/var/run/postgresql", 5432, "dana", null, "auth")]
    [InlineData("postgresql://%2Fvar%2Frun%2Fpostgresql/auth", "/var/run/postgresql", 5432, null, null, "auth")]
    [InlineData("postgresql://db/auth?user=dana&password=p%26w", "db", 5432, "dana", "p&w", "auth")]
    [InlineData("postgresql://dana@/?host=db&port=6432&dbname=auth", "db", 6432, "dana", null, "auth")]
    [InlineData("postgresql://dana:p@ss@db/auth", "db", 5432, "dana", "p@ss", "auth")]
    [InlineData("postgresql://dana:secret@h1:6432,h2:6433/auth", "h1:6432,h2:6433", 5432, "dana", "secret", "auth")]
    [InlineData("postgresql://h1,h2:6433,[::1]/auth", "h1:5432,h2:6433,[::1]:5432", 5432, null, null, "auth")]
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

    [Fact]
    public void What_libpq_documents_has_Npgsqls_meaning()
    {
        const string text =
                "postgresql://dana@db/auth?sslmode=verify-full&channel_binding=require&gssencmode=disable&keepalives=1&keepalives_idle=60"
                    + "&keepalives_interval=10&keepalives_count=5&target_session_attrs=read-write&options=-c%20statement_timeout%3D5000"
                    + "&application_name=auth&connect_timeout=7&sslrootcert=%2Fca.crt&sslcert=%2Fme.crt&sslkey=%2Fme.key"
                    + "&require_auth=scram-sha-256";

        DatabaseUrl.Fault(text).Should().BeNull();

        var connection = DatabaseUrl.Parse(text)!;

        connection.SslMode.Should().Be(SslMode.VerifyFull);
        connection.ChannelBinding.Should().Be(ChannelBinding.Require);
        connection.GssEncryptionMode.Should().Be(GssEncryptionMode.Disable);
        (connection.TcpKeepAlive, connection.TcpKeepAliveTime, connection.TcpKeepAliveInterval).Should().Be((true, 60, 10));
        (connection.Options, connection.ApplicationName, connection.Timeout).Should().Be(("-c statement_timeout=5000", "auth", 7));
        (connection.RootCertificate, connection.SslCertificate, connection.SslKey).Should().Be(("/ca.crt", "/me.crt", "/me.key"));
    }

    [Theory]
    [InlineData("postgresql://db/auth?nonsense=1", "nonsense")]
    [InlineData("postgresql://db/auth?hostaddr=10.0.0.7", "hostaddr is libpq's alone")]
    [InlineData("postgresql://db/auth?sslcrl=%2Fcrl.pem", "sslcrl is libpq's alone")]
    [InlineData("postgresql://db/auth?target_session_attrs=standby", "target_session_attrs leads to a database that cannot be written to")]
    [InlineData("postgresql://db/auth?sslmode=hush", "sslmode")]
    [InlineData("postgresql://db/auth?connect_timeout=hush", "connect_timeout")]
    [InlineData("postgresql://db:hush/auth", "host or port")]
    [InlineData("postgresql://dana:hush@db", "no database")]
    [InlineData("postgresql://dana:hush@/auth", "no host")]
    [InlineData("postgresql://dana:12?hush@db/auth", "host or port|no database|parameters")]
    [InlineData("mysql://dana:hush@db/auth", "neither form")]
    public void What_cannot_be_read_is_named_without_any_value(string text, string named)
    {
        DatabaseUrl.Parse(text).Should().BeNull();

        DatabaseUrl.Fault(text).Should().MatchRegex(named).And.NotContain("hush");
    }

    [Fact]
    public async Task Of_several_hosts_the_one_that_can_be_written_to_is_taken()
    {
        var address = DatabaseUrl.Parse(Environment.GetEnvironmentVariable("TEST_APP_DATABASE_URL")!)!;
        var text = $"postgresql://{address.Username}:{address.Password}@127.0.0.1:{Infrastructure.ServerProgram.FreePort()},"
            + $"127.0.0.1:{address.Port}/postgres?target_session_attrs=read-write";

        await using var source = new NpgsqlDataSourceBuilder(DatabaseUrl.Parse(text)!.ConnectionString).BuildWritable();

        await using var command = source.CreateCommand("SELECT 7");
        (await command.ExecuteScalarAsync()).Should().Be(7);
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
