using System.Security.Cryptography;
using AuthServer.Domain;

namespace AuthServer.Tests.Domain;

public sealed class ApiKeyTextTests
{
    private static readonly Guid Id = Guid.Parse("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061");

    // Computed with Python's hashlib and base64 modules from the description of the format.
    public static TheoryData<string, string, string> Vectors => new()
    {
        { "0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            "as_AZKjtMXWfo-aCxwtPk9QYQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fNZwuiA" },
        { "ffffffff-ffff-7fff-bfff-ffffffffffff", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "as_________f_-__________6qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqGXO8HQ" },
        { "00000000-0000-7000-8000-000000000000", "6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B",
            "as_AAAAAAAAcACAAAAAAAAAAGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr-yLeTg" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_key_is_read_as_others_write_it_from_its_description(string id, string secret, string text)
    {
        var key = ApiKeyText.Read(text);

        key!.Id.Should().Be(Guid.Parse(id));
        key.SecretHash.Should().Equal(SHA256.HashData(Convert.FromHexString(secret)));
    }

    [Fact]
    public void What_was_made_is_read_and_fits_its_hash_alone()
    {
        var ((text, kept), (_, other)) = (ApiKeyText.Make(Id), ApiKeyText.Make(Id));

        text.Should().StartWith("as_").And.HaveLength(ApiKeyText.Length);
        ApiKeyText.Read(text)!.Id.Should().Be(Id);
        ApiKeyText.Read(text)!.Fits(kept).Should().BeTrue();
        ApiKeyText.Read(text)!.Fits(other).Should().BeFalse();
    }

    [Fact]
    [Trait("ASVS", "9.1.1")]
    public void Changing_any_one_character_makes_it_no_key()
    {
        const string Replacements = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=% \n\0é";
        var (text, _) = ApiKeyText.Make(Id);

        for (var place = 0; place < text.Length; place++)
        {
            foreach (var replacement in Replacements.Where(character => character != text[place]))
            {
                ApiKeyText
                    .Read($"{text[..place]}{replacement}{text[(place + 1)..]}")
                    .Should()
                    .BeNull("character {0} became {1}", place, replacement);
            }
        }
    }

    [Fact]
    public void A_key_that_was_cut_or_extended_is_none()
    {
        var (text, _) = ApiKeyText.Make(Id);

        for (var length = 0; length < text.Length; length++)
        {
            ApiKeyText.Read(text.AsSpan(0, length)).Should().BeNull("it has {0} characters", length);
        }

        foreach (var odd in new[]
        {
            text + "A",
            text + "=",
            " " + text,
            text + " ",
            text + "\0",
            text.ToUpperInvariant(),
            text[3..],
            "as-" + text[3..]
        })
        {
            ApiKeyText.Read(odd).Should().BeNull();
        }
    }

    [Fact]
    public void A_key_is_found_wherever_it_stands_in_a_text()
    {
        var (text, _) = ApiKeyText.Make(Id);

        foreach (var around in new[]
        {
            "{0}",
            "/api/v1/users?key={0}",
            "as_as_{0}",
            "has_{0}",
            "?a=as_&b={0}&c=as_",
            $"{text[..^1]}{{0}}",
            "{0}{0}"
        })
        {
            ApiKeyText.FindIn(string.Format(null, System.Text.CompositeFormat.Parse(around), text))!.Id.Should()
                .Be(Id, "it is in {0}", around);
        }

        foreach (var without in new[]
        {
            "",
            "as_",
            "/api/v1/users?key=" + text[..^1],
            "as_" + new string('A', 70),
            text.Replace("as_", "as-", StringComparison.Ordinal)
        })
        {
            ApiKeyText.FindIn(without).Should().BeNull();
        }
    }
}
