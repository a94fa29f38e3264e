using AuthServer.Platform.Configuration;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Configuration;

/// <summary><c>--check-configuration</c>: what operators see before anything serves.</summary>
public sealed class ConfigurationFaultTests
{
    private const int BadConfiguration = 78;
    private const string RootSecret = "a root secret of the tests, long enough";

    public static TheoryData<string, string?, string, string> LinkFaults => new()
    {
        { "Registration__Mode", "Sometimes", "Registration:Mode cannot be read", "Automatic or VerifyFirst or Immediate" },
        { "PASSWORD_RESET_TOKEN_EXPIRE_HOURS", "25", "MailedTokens:ResetLifetime", "24 hours" },
        { "EMAIL_VERIFICATION_TOKEN_EXPIRE_HOURS", "0", "MailedTokens:VerificationLifetime", "between 5 minutes and 30 days" },
        { "Links__Allowed__0", "http://app.example.com/reset", "http://app.example.com/reset", "cannot carry a token safely" },
        { "Links__Allowed__0", "myapp://reset", "myapp://reset", "com.example.app://reset" },
        { "Links__Allowed__0", "https://app.example.com/#/reset", "https://app.example.com/#/reset", "without a fragment" },
    };

    public static TheoryData<string, string?, string, string> Faults => new()
    {
        // variable, value, the key in the line, the remedy in the line
        { "SECRET_KEY", null, "SECRET_KEY is not set", "openssl rand -base64 48" },
        { "SECRET_KEY", "short-secret-short-secret", "SECRET_KEY is shorter", "openssl rand -base64 48" },
        { "SECRET_KEY_PREVIOUS", "short-secret-short-secret", "SECRET_KEY_PREVIOUS", "Omit it" },
        { "DATABASE_URL", null, "DATABASE_URL is not set", "postgresql://user:password@host:5432/database" },
        { "DATABASE_URL", "postgresql://user:pa ss@host:port/x", "DATABASE_URL cannot be read", "percent-encode" },
        { "DATABASE_URL", "postgresql://user:secret@host", "DATABASE_URL cannot be read", "/database" },
        { "DATABASE_URL", "postgresql://user:secret@host/db?nonsense=1", "DATABASE_URL cannot be read. Its parameter nonsense", "Npgsql" },
        { "DATABASE_URL", "mysql://user:secret@host/db", "DATABASE_URL cannot be read", "postgresql://" },
        { "Database__MaxConnections", "3", "Database:MaxConnections", "at least 4" },
        { "Database__CommandTimeout", "00:00:00.5", "Database:CommandTimeout", "at least one second" },
        { "Server__PublicUrl", null, "Server:PublicUrl is not set", "Server__PublicUrl" },
        { "Server__PublicUrl", "auth.example.com", "Server:PublicUrl", "https://auth.example.com" },
        { "Server__PublicUrl", "http://auth.example.com", "Server:PublicUrl is plain http", "put TLS in front" },
        { "Server__PublicUrl", "https://auth.example.com/", "Server:PublicUrl", "scheme and host alone" },
        { "Server__PublicUrl", "https://auth.example.com/auth?x=1", "Server:PublicUrl", "scheme and host alone" },
        { "Server__PublicUrl", "https://auth.example.com#fragment", "Server:PublicUrl", "scheme and host alone" },
        { "Server__PublicUrl", "https://user:password@auth.example.com", "Server:PublicUrl", "scheme and host alone" },
        { "BACKEND_CORS_ORIGINS", "*", "BACKEND_CORS_ORIGINS", "'*' is not accepted" },
        { "BACKEND_CORS_ORIGINS", "https://app.example.com/", "BACKEND_CORS_ORIGINS", "scheme, host and port" },
        { "BACKEND_CORS_ORIGINS", "[\"https://app.example.com\"", "BACKEND_CORS_ORIGINS", "scheme, host and port" },
        { "BACKEND_CORS_ORIGINS", "[1, 2]", "BACKEND_CORS_ORIGINS", "scheme, host and port" },
        { "BACKEND_CORS_ORIGINS", "[null]", "BACKEND_CORS_ORIGINS", "scheme, host and port" },
        { "Server__CorsOrigins", "https://app.example.com", "Server:CorsOrigins (BACKEND_CORS_ORIGINS) is a list",
            "Server__CorsOrigins__0" },
        { "Server__TrustedProxies__0", "proxy.internal", "Server:TrustedProxies", "10.0.0.0/8" },
        { "Server__MaxBodyBytes", "12", "Server:MaxBodyBytes", "at least 1024" },
        { "Server__ForwardLimit", "0", "Server:ForwardLimit", "at least 1" },
        { "Server__MaxConnections", "many", "Server:MaxConnections cannot be read", "a whole number" },
        { "Server__Publicurl2", "x", "Server:Publicurl2 is not known", "PublicUrl, CorsOrigins" },
        { "Sessions__Patient", "x", "Sessions:Patient is a section", "IdleTimeout" },
        { "Tokens__Algorithm", "none", "Tokens:Algorithm", "ES256, RS256 or HS256" },
        { "Tokens__Algorithm", "HS256", "JWT_SECRET_KEY is needed", "openssl rand -base64 48" },
        { "Tokens__Audience", " ", "Tokens:Audience", "aud" },
        { "Tokens__ClockSkew", "00:05:00", "Tokens:ClockSkew", "between 0 and 30 seconds" },
        { "Tokens__ClockSkew", "soon", "Tokens:ClockSkew cannot be read", "hours:minutes:seconds" },
        { "Tokens__KeyUse", "7.00:00:00", "Tokens:KeyUse", "longer than Tokens:KeyAnnouncement" },
        { "Tokens__KeyRetention", "00:00:00", "Tokens:KeyRetention", "longer than an access token lives" },
        { "ACCESS_TOKEN_EXPIRE_MINUTES", "0", "ACCESS_TOKEN_EXPIRE_MINUTES", "between one minute and one hour" },
        { "ACCESS_TOKEN_EXPIRE_MINUTES", "1440", "ACCESS_TOKEN_EXPIRE_MINUTES", "refresh tokens are for longer" },
        { "ACCESS_TOKEN_EXPIRE_MINUTES", "ten", "ACCESS_TOKEN_EXPIRE_MINUTES) cannot be read", "hours:minutes:seconds" },
        { "REFRESH_TOKEN_EXPIRE_DAYS", "120", "REFRESH_TOKEN_EXPIRE_DAYS", "Raise that too" },
        { "Sessions__Admin__AbsoluteTimeout", "00:30:00", "Sessions:Admin:IdleTimeout", "Sessions:Admin:AbsoluteTimeout" },
        { "Sessions__Patient__Idle", "1", "Sessions:Patient:Idle is not known", "IdleTimeout, AbsoluteTimeout" },
        { "Sessions__ReuseWindow", "00:10:00", "Sessions:ReuseWindow", "between 0 and 2 minutes" },
        { "SignIn__FailuresFromAnywhere", "101", "SignIn:FailuresFromAnywhere", "100" },
        { "SignIn__FailuresInARow", "101", "SignIn:FailuresInARow", "100" },
        { "SignIn__FailuresInARow", "19", "SignIn:FailuresInARow", "SignIn:FailuresFromAnywhere" },
        { "Sessions__MaxPerUser", "0", "Sessions:MaxPerUser", "between 1" },
        { "SignIn__RequireVerifiedEmail", "maybe", "SignIn:RequireVerifiedEmail cannot be read", "true or false" },
        { "RateLimits__RegistrationsPerHour", "0", "RateLimits", "at least 1" },
        { "SignIn__LockDurations__0", "00:00:01", "SignIn:LockDurations", "at least 30 seconds" },
    };

    // What the framework reads.
    public static TheoryData<string, string?, string, string> HostFaults => new()
    {
        { "URLS", "nonsense", "ASPNETCORE_URLS", "http://127.0.0.1:8080" },
        { "URLS", "http://127.0.0.1:80x", "ASPNETCORE_URLS", "http://127.0.0.1:8080" },
        { "URLS", "ftp://127.0.0.1", "ASPNETCORE_URLS", "http://127.0.0.1:8080" },
        { "URLS", "http://*:99999", "ASPNETCORE_URLS", "http://127.0.0.1:8080" },
        { "URLS", "https://127.0.0.1:8124", "no certificate", "proxy end TLS" },
        { "HTTP_PORTS", "abc", "ASPNETCORE_HTTP_PORTS", "for example 8080" },
        { "Logging__LogLevel__Default", "Bogus", "Logging:LogLevel:Default is no level", "Information" },
    };

    // What an attacker would thank for.
    public static TheoryData<string, string?, string, string> Openings => new()
    {
        { "SECRET_KEY", new string('a', 40), "SECRET_KEY can be guessed", "openssl rand -base64 48" },
        { "SECRET_KEY", "0123456789abcdef0123456789abcdef", "SECRET_KEY can be guessed", "openssl rand -base64 48" },
        { "SECRET_KEY", "change-this-to-a-random-secret-key-in-production", "SECRET_KEY can be guessed", "openssl rand -base64 48" },
        { "SECRET_KEY", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", "SECRET_KEY can be guessed", "openssl" },
        { "SECRET_KEY", "Your_Secret_Key_Here_At_Least_32_Characters", "SECRET_KEY can be guessed", "openssl rand -base64 48" },
        { "SECRET_KEY", "supersecretsupersecretsupersecret", "SECRET_KEY can be guessed", "openssl rand -base64 48" },
        { "SECRET_KEY", "my-super-secret-key-for-signing-tokens", "SECRET_KEY can be guessed", "openssl rand -base64 48" },
        { "DATABASE_URL", "postgresql://user:secret@db.example.com/auth", "is not on this machine", "sslmode=verify-full" },
        { "DATABASE_URL", "postgresql://user:secret@db.example.com/auth?sslmode=require", "is not on this machine", "verify-full" },
        { "DATABASE_URL", "postgresql://user:secret@db.example.com/auth", "is not on this machine", "Database__AllowUnverifiedTls" },
        { "DATABASE_URL", "Host=10.0.0.7;Database=auth", "is not on this machine", "sslmode=verify-full" },
        { "Server__TrustedProxies__0", "0.0.0.0/0", "Server:TrustedProxies contains '0.0.0.0/0'", "proxies alone" },
        { "Server__TrustedProxies__0", "::/0", "Server:TrustedProxies contains '::/0'", "proxies alone" },
        { "Server__TrustedProxies__0", "128.0.0.0/1", "Server:TrustedProxies contains '128.0.0.0/1'", "proxies alone" },
        { "Server__TrustedProxies__0", "2000::/3", "Server:TrustedProxies contains '2000::/3'", "proxies alone" },
        { "Server__TrustedProxies__0", "::ffff:0.0.0.0/96", "Server:TrustedProxies contains '::ffff:0.0.0.0/96'", "proxies alone" },
    };

    public static TheoryData<string, string?, string, string> PasswordFaults => new()
    {
        { "Password__MinimumLength", "6", "Password:MinimumLength", "between 8" },
        { "Password__Iterations", "100000", "Password:Iterations", "at least 220000" },
        { "Password__Iterations", "10000001", "Password:Iterations", "at most 10000000" },
        { "Password__Hash", "Bcrypt", "Password:Hash", "Pbkdf2" },
        { "Password__Hash", "7", "Password:Hash", "Argon2id or Pbkdf2" },
        { "Password__Argon2MemoryMiB", "18", "Password:Argon2MemoryMiB", "between 19" },
        { "Password__Argon2MemoryMiB", "1025", "Password:Argon2MemoryMiB", "and 1024" },
        { "Password__Argon2Passes", "1", "Password:Argon2Passes", "between 2" },
        { "Password__Argon2Passes", "11", "Password:Argon2Passes", "and 10" },
        { "Password__MaxHashMemoryMiB", "127", "Password:MaxHashMemoryMiB", "Password:MaxImportedArgon2MemoryMiB" },
        { "Password__MaxHashMemoryMiB", "-1", "Password:MaxHashMemoryMiB", "0 lets the server choose" },
        { "Password__MaxImportedArgon2MemoryMiB", "1025", "Password:MaxImportedArgon2MemoryMiB", "and 1024" },
        { "Password__MaxImportedArgon2MemoryMiB", "-1", "Password:MaxImportedArgon2MemoryMiB", "between 0" },
        { "Password__ConcurrentHashes", "-1", "Password:ConcurrentHashes", "must not be negative" },
        { "Password__BreachCheckUrl", "http://breaches.example.com/range/", "Password:BreachCheckUrl",
            "https://api.pwnedpasswords.com/range/" },
        { "Password__BreachCheckUrl", "https://breaches.example.com/?hash=", "Password:BreachCheckUrl", "without a query" },
        { "Password__MaxImportedBcryptCost", "31", "Password:MaxImportedBcryptCost", "between 4 and 16" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    [MemberData(nameof(LinkFaults))]
    [MemberData(nameof(Openings))]
    [MemberData(nameof(HostFaults))]
    [MemberData(nameof(PasswordFaults))]
    public async Task A_fault_ends_with_78_and_a_line_that_names_the_key_and_the_remedy(
        string variable, string? value, string key, string remedy)
    {
        var result = await CheckAsync((variable, value));

        result.ExitCode.Should().Be(BadConfiguration);
        var line = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle().Subject;
        line.Should().StartWith("Configuration: ").And.Contain(key).And.Contain(remedy);
        result.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Secrets__Key", "")]
    [InlineData("SECRET_KEY_PREVIOUS", "")]
    [InlineData("Secrets__Key", " ")]
    [InlineData("SECRET_KEY_PREVIOUS", "\n")]
    [Trait("ASVS", "11.1.1")]
    public async Task The_shared_secret_must_not_be_a_root_secret(string rootVariable, string blank)
    {
        const string both = "the same secret twice, and long enough";

        var result = await CheckAsync((rootVariable, both), ("JWT_SECRET_KEY", both + blank), ("Tokens__Algorithm", "HS256"));

        result.ExitCode.Should().Be(BadConfiguration);
        result.Error.Should().Contain("JWT_SECRET_KEY is the same as SECRET_KEY").And.NotContain(both);
    }

    [Fact]
    [Trait("ASVS", "11.1.1")]
    public async Task A_shared_secret_that_can_be_guessed_is_refused()
    {
        var result = await CheckAsync(("JWT_SECRET_KEY", "change-this-to-a-random-secret-key"), ("Tokens__Algorithm", "HS256"));

        result.ExitCode.Should().Be(BadConfiguration);
        result.Error.Should().Contain("JWT_SECRET_KEY can be guessed").And.Contain("openssl rand -base64 48");
    }

    // In Development, answers carry the tokens of mailed links: with them, anybody opens every account.
    [Theory]
    [InlineData("https://auth.example.com", BadConfiguration)]
    [InlineData("https://203.0.113.7", BadConfiguration)]
    [InlineData("https://auth.test", 0)]
    [InlineData("https://192.168.1.7:8443", 0)]
    [InlineData("https://[fd00::7]", 0)]
    [InlineData("https://laptop.local", 0)]
    [InlineData("https://laptop", 0)]
    [InlineData("http://localhost:8080", 0)]
    [Trait("ASVS", "13.4.2")]
    public async Task Development_is_not_for_public_addresses(string publicUrl, int exitCode)
    {
        var result = await CheckAsync(("ASPNETCORE_ENVIRONMENT", "Development"), ("Server__PublicUrl", publicUrl));

        result.ExitCode.Should().Be(exitCode, result.Error);
        if (exitCode != 0)
        {
            result.Error.Should().Contain("Development").And.Contain("ASPNETCORE_ENVIRONMENT=Production");
        }
    }

    [Theory]
    [InlineData("postgresql://user:secret@db.example.com/auth?sslmode=verify-full", null, null)]
    [InlineData("postgresql://user:secret@db.example.com/auth?sslmode=verify-ca", null, null)]
    [InlineData("Host=/var/run/postgresql;Database=auth", null, null)]
    [InlineData("postgresql://user:secret@localhost/auth", null, null)]
    [InlineData("postgresql://user:secret@[::1]/auth", null, null)]
    [InlineData("postgresql://user:secret@db/auth", "Database__AllowUnverifiedTls", "true")]
    [InlineData("postgresql://user:secret@db/auth", "ASPNETCORE_ENVIRONMENT", "Development")]
    [Trait("ASVS", "12.3.1")]
    public async Task A_database_that_nobody_can_stand_in_for_passes_the_check(string url, string? variable, string? value)
    {
        var result = await CheckAsync(("DATABASE_URL", url), (variable ?? "SECRET_KEY_PREVIOUS", value));

        result.Should().Be(new ServerProgram.Finished(0, "", ""));
    }

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("fc00::/7")]
    [InlineData("fe80::/10")]
    [InlineData("2606:4700::/32")]
    [InlineData("172.18.0.1")]
    public async Task Networks_that_proxies_are_in_are_taken(string proxy) =>
        (await CheckAsync(("Server__TrustedProxies__0", proxy))).Should().Be(new ServerProgram.Finished(0, "", ""));

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public async Task All_faults_are_told_at_once_and_no_secret_with_them()
    {
        var result = await CheckAsync(
            ("SECRET_KEY", "hush-one"), ("SECRET_KEY_PREVIOUS", "hush-two"), ("DATABASE_URL", "postgresql://user:hush-three@host"),
            ("Tokens__Algorithm", "HS256"),
            ("JWT_SECRET_KEY", "hush-four"), ("Password__MinimumLength", "hush-five"), ("Server__Secret", "hush-six"),
            ("RateLimits__RegistrationsPerHour", "0"));

        result.ExitCode.Should().Be(BadConfiguration);
        result.Error.Should().ContainAll(
            "SECRET_KEY is", "SECRET_KEY_PREVIOUS", "DATABASE_URL", "JWT_SECRET_KEY", "Password:MinimumLength", "Server:Secret",
            "RateLimits");
        result.Error.Should().NotContain("hush").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("Secrets__Key", "a root secret in its other form, long enough", "SECRET_KEY", "short")]
    [InlineData("Tokens__AccessTokenLifetime", "00:10:00", "ACCESS_TOKEN_EXPIRE_MINUTES", "1440")]
    [InlineData("Server__CorsOrigins__0", "https://app.example.com", "BACKEND_CORS_ORIGINS", "*,*")]
    [InlineData("Sessions__Patient__AbsoluteTimeout", "365.00:00:00", "REFRESH_TOKEN_EXPIRE_DAYS", "120")]
    [InlineData("ConnectionStrings__Default", "Host=127.0.0.1;Database=none", "DATABASE_URL", null)]
    [InlineData("BACKEND_CORS_ORIGINS", "https://app.example.com, http://localhost:3000", "Tokens__Algorithm", "RS256")]
    [InlineData("ALLOWED_ORIGINS", "https://app.example.com", "ALGORITHM", "RS256")]
    [InlineData("EMAIL", "dana@example.com", "PASSWORD", "of something else")]
    [InlineData("DATABASE", "something_else", "SERVER", "eu-1")]
    [InlineData("TOKENS", "5", "LINKS", "x")]
    [InlineData("SMTP_FROM", "x", "SERVER_PORT", "8080")]
    public async Task A_good_configuration_ends_with_0_and_says_nothing(
        string variable, string value, string otherVariable, string? otherValue)
    {
        var result = await CheckAsync((variable, value), (otherVariable, otherValue));

        result.Should().Be(new ServerProgram.Finished(0, "", ""));
    }

    [Theory]
    [InlineData("JWT_SECRET_KEY", "a secret shared with other systems, long", "ALGORITHM is HS256")]
    [InlineData("JWT_REFRESH_SECRET_KEY", "x", "SECRET_KEY")]
    [InlineData("DB_POOL_SIZE", "20", "Database__MaxConnections")]
    [InlineData("API_V1_PREFIX", "/api/v1", "/api/v1")]
    [InlineData("SECRETKEY", "x", "SECRET_KEY may be meant")]
    [InlineData("DATABASE_URI", "x", "DATABASE_URL may be meant")]
    public async Task A_variable_that_looks_like_ours_and_has_no_effect_is_told(string variable, string value, string remedy)
    {
        var result = await CheckAsync((variable, value));

        result.ExitCode.Should().Be(0, result.Error);
        result.Error.Should().StartWith($"Warning: {variable} has no effect").And.Contain(remedy);
        result.Error.Trim().Should().NotContain("\n").And.NotContain("a secret shared");
    }

    [Fact]
    public async Task At_a_public_address_the_check_asks_for_the_proxy()
    {
        var result = await CheckAsync(("Server__PublicUrl", "https://auth.example.com"));

        result.ExitCode.Should().Be(0);
        result.Error.Should().StartWith("Warning: Server:TrustedProxies is empty.").And.Contain("Server__TrustedProxies__0=");
        (await CheckAsync(("Server__PublicUrl", "https://auth.example.com"), ("Server__TrustedProxies__0", "10.0.0.7")))
            .Should().Be(new ServerProgram.Finished(0, "", ""));
    }

    [Theory]
    [InlineData("HTTPS://Auth.Example.COM", "https://auth.example.com")]
    [InlineData("https://auth.example.com:443", "https://auth.example.com")]
    [InlineData("https://בדיקה.example", "https://xn--5dbedt4e.example")]
    [InlineData("https://[FD00::7]:8443", "https://[fd00::7]:8443")]
    [InlineData("http://localhost:8080", "http://localhost:8080")]
    [InlineData("https://auth.example.com/", "https://auth.example.com/")]
    public void The_public_address_is_written_as_browsers_write_origins(string given, string meant) =>
        new ServerSettings { PublicUrl = given }.PublicUrl.Should().Be(meant);

    [Fact]
    public async Task Serving_with_a_bad_configuration_ends_with_78_and_no_stack_trace()
    {
        var result =
            await ServerProgram.RunProcessAsync(
                [], new Dictionary<string, string?>(StringComparer.Ordinal) { ["SECRET_KEY"] = RootSecret });

        result.ExitCode.Should().Be(BadConfiguration);
        result.Error.Should().Contain("Server:PublicUrl").And.Contain("DATABASE_URL").And.NotContain("Exception");
        result.Output.Should().BeEmpty();
    }

    private static Task<ServerProgram.Finished> CheckAsync(params (string Variable, string? Value)[] changes)
    {
        var environment = ServerProgram.GoodEnvironment();
        foreach (var (variable, value) in changes)
        {
            environment[variable] = value;
        }

        // The program chooses its environment before the tests can set a variable.
        string[] host = environment.Remove("ASPNETCORE_ENVIRONMENT", out var name) ? [$"--environment={name}"] : [];
        return ServerProgram.RunAsync(["--check-configuration", .. host], environment);
    }
}
