using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>People with imported hashes of other systems, at the real cost.</summary>
public sealed class ImportedSignInTests(ImportedSignInTests.Server server) : IClassFixture<ImportedSignInTests.Server>
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz";

    public static TheoryData<string, string> Hashes => new()
    {
        // jBCrypt 0.4, TestBCrypt.java; for ASCII letters the three prefixes are equivalent
        { "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC", Alphabet },
        { "$2b$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC", Alphabet },
        { "$2y$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC", Alphabet },
        // computed with crypt(3), because there are no published bcrypt vectors in UTF-8
        { "$2y$05$abcdefghijklmnopqrstuu8Js72XwLx3pMgG/2aR/Bz7yL1vRBA2u", "\u05E9\u05DC\u05D5\u05DD \u05DB\u05D9\u05EA\u05D4 "
            + "\u05D0\u05DC\u05E3" },
        // dotnet/aspnetcore, src/Identity/test/Identity.Test/PasswordHasherTest.cs: version 2 twice, then version 3 with each function
        { "AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==", "my password" },
        { "ANXrDknc7fGPpigibZXXZFMX4aoqz44JveK6jQuwY3eH/UyPhvr5xTPeGYEckLxz9A==", "my password" },
        { "AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M", "my password" },
        { "AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=", "my password" },
        { "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw", "my password" },
        { "AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi"
            + "9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==", "my password" },
        { "AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==", "my password" },
        // P-H-C/phc-winner-argon2, src/test.c, including one with two lanes; jedisct1/libsodium, test/default/pwhash_argon2id.c
        { "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password" },
        { "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password" },
        { "$argon2id$v=19$m=4096,t=1,p=3$PkEgcHJldHR5IGxvbmcgc2FsdA$HUqx5Z1b/ZypnUrvvJ5UC2Q+T6Q1WwASK/Kr9dRbGA0",
            "K3S=KyH#)36_?]LxeR8QNKw6X=gFbxai$C%29V*" },
    };

    [Theory]
    [Trait("ASVS", "11.2.2")]
    [MemberData(nameof(Hashes))]
    public async Task A_hash_from_elsewhere_signs_in_and_is_replaced_by_one_of_ours(string hash, string password)
    {
        var person = await ImportAsync(hash);

        await RefuseAsync(person, password + "x");
        await RefuseAsync(person, hash);
        (await HashOfAsync(person)).Should().Be(hash);

        await server.Api.LoginAsync(person.Email, password);
        var replaced = await HashOfAsync(person);
        replaced.Should().StartWith("$argon2id$v=19$m=19456,t=2,p=1$");

        await server.Api.LoginAsync(person.Email, password);
        (await HashOfAsync(person)).Should().Be(replaced);
        await RefuseAsync(person, password + "x");
    }

    // Each hash is crypt(3)'s of the first password; the second has the same Unicode normal form.
    [Theory]
    [Trait("ASVS", "6.2.8")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuuLcVjgBiVP29smCutk.Fd.2MD5aR3Wza", "full width \uFF11\uFF12\uFF13", "full width 123")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuuc/BE0coWcAYd8fGEyR7wguESy.n4Ham", "full width 123", null)]
    [InlineData("$2b$05$abcdefghijklmnopqrstuuc/BE0coWcAYd8fGEyR7wguESy.n4Ham", "full width \uFF11\uFF12\uFF13", null)]
    public async Task An_imported_hash_fits_what_was_typed_and_its_normal_form_and_from_then_on_both_are_one(
        string hash, string typed, string? onlyAfterwards)
    {
        var person = await ImportAsync(hash);
        if (onlyAfterwards is not null)
        {
            await RefuseAsync(person, onlyAfterwards);
        }

        await server.Api.LoginAsync(person.Email, typed);

        await server.Api.LoginAsync(person.Email, "full width 123");
        await server.Api.LoginAsync(person.Email, "full width \uFF11\uFF12\uFF13");
    }

    [Theory]
    [InlineData("", "Error AuthServer.Accounts.Credentials.StoredHashes 1201")]
    [InlineData("no hash at all", "Error AuthServer.Accounts.Credentials.StoredHashes 1201")]
    [InlineData(
        "AQAAAAIAAYagf////wABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==",
        "Error AuthServer.Accounts.Credentials.StoredHashes 1201")]
    [InlineData(
        /* the right password, by the bug that $2x$ stands for */ "$2x$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
            "Error AuthServer.Accounts.Credentials.StoredHashes 1201")]
    [InlineData(
        /* the right password, above this server's ceiling */ "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq",
            "Error AuthServer.Accounts.Credentials.StoredHashes 1202")]
    [InlineData(
        /* the same, of Argon2id's memory */ "$argon2id$v=19$m=262144,t=2,p=1$c29tZXNhbHQ$eP4eyR+zqlZX1y5xCFTkw9m5GYx0L5YWwvCFvtlbLow",
        "Error AuthServer.Accounts.Credentials.StoredHashes 1205")]
    [Trait("ASVS", "6.3.8")]
    public async Task What_cannot_be_compared_is_answered_like_a_wrong_password_and_the_log_says_why(string hash, string line)
    {
        var person = await ImportAsync(hash);
        var (before, said) = (server.Logs.Lines.Count, 0);

        await RefuseAsync(person, Alphabet);

        said = server.Logs.Lines.Skip(before).Count(logged => logged.StartsWith(line, StringComparison.Ordinal));
        said.Should().Be(1);
        (await HashOfAsync(person)).Should().Be(hash);
    }

    private async Task<SignedIn> ImportAsync(string hash)
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET password_hash = @hash WHERE id = @id", ("hash", hash), ("id", person.UserId));
        return person;
    }

    private async Task RefuseAsync(SignedIn person, string password) =>
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);

    private Task<string> HashOfAsync(SignedIn person) =>
        server.Database.QueryAsync<string>("SELECT password_hash FROM users WHERE id = @id", ("id", person.UserId));

    public sealed class Server : TestServer
    {
        public Server() => Settings["Password:MaxImportedBcryptCost"] = "9";

        protected override bool HashesAreCheap => false;
    }
}
