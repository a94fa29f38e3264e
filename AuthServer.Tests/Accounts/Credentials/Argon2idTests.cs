using System.Security.Cryptography;
using System.Text;
using AuthServer.Accounts.Credentials;
using Microsoft.AspNetCore.Identity;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>
/// Checks libsodium against published vectors. It cannot compute RFC 9106's own vector (section 5.3), which uses four lanes, a
/// secret and associated data: libsodium's functions support none of these. So Bouncy Castle's Argon2id must compute that one, and
/// libsodium must agree with Bouncy Castle.
/// </summary>
public sealed class Argon2idTests
{
    // P-H-C/phc-winner-argon2, src/test.c: the vectors for Argon2id, version 19.
    public static TheoryData<string, string> Reference => new()
    {
        { "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password" },
        { "$argon2id$v=19$m=262144,t=2,p=1$c29tZXNhbHQ$eP4eyR+zqlZX1y5xCFTkw9m5GYx0L5YWwvCFvtlbLow", "password" },
        { "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password" },
        { "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password" },
        { "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg", "password" },
        { "$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw", "password" },
        { "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94", "differentpassword" },
        { "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw", "password" },
    };

    // jedisct1/libsodium, test/default/pwhash_argon2id.c (tv3): the vectors that verify.
    public static TheoryData<string, string> Libsodium => new()
    {
        { "$argon2id$v=19$m=4882,t=2,p=1$bA81arsiXysd3WbTRzmEOw$Nm8QBM+7RH1DXo9rvp5cwKEOOOfD2g6JuxlXihoNcpE", "" },
        { "$argon2id$v=19$m=4096,t=19,p=1$PkEgMTYtYnl0ZXMgc2FsdA$ltB/ue1kPtBMBGfsysMpPigE6hiNEKZ9vs8vLNVDQGA",
            "^T5H$JYt39n%K*j:W]!1s?vg!:jGi]Ax?..l7[p0v:1jHTpla9;]bUN;?bWyCbtqg " },
        { "$argon2id$v=19$m=4096,t=1,p=3$PkEgcHJldHR5IGxvbmcgc2FsdA$HUqx5Z1b/ZypnUrvvJ5UC2Q+T6Q1WwASK/Kr9dRbGA0",
            "K3S=KyH#)36_?]LxeR8QNKw6X=gFbxai$C%29V*" },
    };

    [Theory]
    [MemberData(nameof(Reference))]
    [MemberData(nameof(Libsodium))]
    [Trait("ASVS", "11.4.2")]
    public void A_published_hash_fits_its_password_and_no_other(string hash, string password)
    {
        ImportedHash.Parse(hash)!.Format.Should().Be(HashFormat.Argon2id);
        Argon2id.Verify(hash, Encoding.UTF8.GetBytes(password)).Should().BeTrue();
        Argon2id.Verify(hash, Encoding.UTF8.GetBytes(password + "x")).Should().BeFalse();
        Argon2id.Verify(hash, Encoding.UTF8.GetBytes(password + '\0')).Should().BeFalse();
    }

    // The seventh vector of jedisct1/libsodium, test/default/pwhash_argon2id.c (tv), which is for hashing, not for verifying.
    [Fact]
    public void Deriving_answers_what_libsodiums_own_vector_says() =>
        Convert.ToHexStringLower(Argon2id.Derive(
                new(MemoryKiB: 1_631_659 / 1024, Passes: 1),
                Convert.FromHexString("b540beb016a5366524d4605156493f9874514a5aa58818cd0c6dfffaa9e90205f17b"),
                Convert.FromHexString("44071f6d181561670bda728d43fb79b4"),
                231))
            .Should()
                .Be("7fb72409b0987f8190c3729710e98c3f80c5a8727d425fdcde7f3644d467fe973f5b5fee683bd3fce812cb9ae5e9921a2d06"
                    + "c2f1905e4e839692f2b934b682f11a2fe2b90482ea5dd234863516dba6f52dc0702d324ec77d860c2e181f84472bd7104fed"
                    + "ce071ffa93c5309494ad51623d214447a7b2b1462dc7d5d55a1f6fd5b54ce024118d86f0c6489d16545aaa87b6689dad9f2f"
                    + "b47fda9894f8e12b87d978b483ccd4cc5fd9595cdc7a818452f915ce2f7df95ec12b1c72e3788d473441d884f9748eb14703"
                    + "c21b45d82fd667b85f5b2d98c13303b3fe76285531a826b6fc0fe8e3dddecf");

    [Fact]
    public void Bouncy_Castle_computes_the_vector_of_RFC_9106_section_5_3()
    {
        var parameters = Parameters(memory: 32, passes: 3, lanes: 4, Filled(16, 2))
            .WithSecret(Filled(8, 3))
            .WithAdditional(Filled(12, 4))
            .Build();

        Convert
            .ToHexStringLower(Compute(parameters, Filled(32, 1)))
            .Should()
            .Be("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    [Fact]
    public void Whatever_is_hashed_Bouncy_Castle_says_the_same()
    {
        for (var round = 0; round < 32; round++)
        {
            var cost = new Argon2Cost(RandomNumberGenerator.GetInt32(8, 512), RandomNumberGenerator.GetInt32(1, 5));
            var (password, salt) = (RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(0, 200)),
                RandomNumberGenerator.GetBytes(Argon2id.SaltLength));

            Argon2id
                .Derive(cost, password, salt, Argon2id.HashLength)
                .Should()
                .Equal(Compute(Parameters(cost.MemoryKiB, cost.Passes, 1, salt).Build(), password));
        }
    }

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD \u05DB\u05D9\u05EA\u05D4 \u05D0\u05DC\u05E3")]
    [InlineData("\U0001F600 emoji")]
    [InlineData("a\0b")]
    public void A_password_is_hashed_as_UTF_8_and_fits_itself_alone(string password)
    {
        var hasher = new Argon2idHasher(new(MemoryKiB: 64, Passes: 1));

        var hash = hasher.HashPassword(null!, password);

        var parts = hash.Split('$');
        var computed = Compute(Parameters(64, 1, 1, Decode(parts[4])).Build(), Encoding.UTF8.GetBytes(password));
        parts[5].Should().Be(Convert.ToBase64String(computed).TrimEnd('='));
        hasher.VerifyHashedPassword(null!, hash, password).Should().Be(PasswordVerificationResult.Success);
        hasher.VerifyHashedPassword(null!, hash, password[..1]).Should().Be(PasswordVerificationResult.Failed);
        new Argon2idHasher(new(MemoryKiB: 64, Passes: 2))
            .VerifyHashedPassword(null!, hash, password)
            .Should()
            .Be(PasswordVerificationResult.SuccessRehashNeeded);
    }

    private static byte[] Filled(int length, byte value) => Enumerable.Repeat(value, length).ToArray();

    private static byte[] Decode(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));

    private static Argon2Parameters.Builder Parameters(int memory, int passes, int lanes, byte[] salt) =>
        new Argon2Parameters.Builder(Argon2Parameters.Argon2id).WithVersion(Argon2Parameters.Version13)
            .WithMemoryAsKB(memory).WithIterations(passes).WithParallelism(lanes).WithSalt(salt);

    private static byte[] Compute(Argon2Parameters parameters, byte[] password)
    {
        var generator = new Argon2BytesGenerator();
        generator.Init(parameters);
        var hash = new byte[Argon2id.HashLength];
        generator.GenerateBytes(password, hash);
        return hash;
    }
}
