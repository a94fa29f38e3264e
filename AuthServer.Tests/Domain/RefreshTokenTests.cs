using AuthServer.Domain;

namespace AuthServer.Tests.Domain;

public sealed class RefreshTokenTests
{
    private const string KeyId = "0a1b2c3d";
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];
    private static readonly Guid Session = Guid.Parse("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061");

    // Computed with Python's hmac and base64 modules from the description of the format.
    public static TheoryData<string, int, string, string, string> Vectors => new()
    {
        { "0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061", 0, Convert.ToHexString(
            Key), KeyId, "asr_0a1b2c3d_AZKjtMXWfo-aCxwtPk9QYQAAAACqf4WoRMfLMttN9AYlgF3_3bldXUGuM82dT5nT" },
        { "0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061", 1, Convert.ToHexString(
            Key), KeyId, "asr_0a1b2c3d_AZKjtMXWfo-aCxwtPk9QYQAAAAHVAdEWPBZGAApCIcHCHvFotxLcfm4TRTm9VQkn" },
        { "ffffffff-ffff-7fff-bfff-ffffffffffff", int.MaxValue, new string(
            'A', 64), "ffffffff", "asr_ffffffff_________f_-__________3____-D04UTXFt3mhViTt_RuE0FGrVhDLZP1mQ8mrDe" },
        { "00000000-0000-7000-8000-000000000000", 0x12345678, string.Concat(
            Enumerable.Repeat("6B", 32)), "00000000", "asr_00000000_AAAAAAAAcACAAAAAAAAAABI0VnhlAt_-gDkjlP1YTGkETvFtFYzaIE57e3ywYGqu" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_text_is_what_others_work_out_from_its_description(string session, int generation, string key, string keyId, string text)
    {
        var token = new RefreshToken(Guid.Parse(session), generation);

        token.Write(keyId, Convert.FromHexString(key)).Should().Be(text);
        RefreshToken.KeyIdOf(text).Should().Be(keyId);
        RefreshToken.Read(text, Convert.FromHexString(key)).Should().Be(token);
    }

    [Fact]
    public void The_successor_is_the_next_generation_of_the_same_session() =>
        new RefreshToken(Session, 7).Successor.Should().Be(new RefreshToken(Session, 8));

    [Fact]
    [Trait("ASVS", "7.2.1")]
    public void Changing_any_one_character_makes_it_no_token()
    {
        const string Replacements = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=% \n\0é";
        var text = new RefreshToken(Session, 7).Write(KeyId, Key);

        for (var place = 0; place < text.Length; place++)
        {
            foreach (var replacement in Replacements.Where(character => character != text[place]))
            {
                var altered = $"{text[..place]}{replacement}{text[(place + 1)..]}";
                Accepts(altered).Should().BeFalse("character {0} became {1}", place, replacement);
            }
        }
    }

    [Fact]
    [Trait("ASVS", "7.2.1")]
    public void A_token_that_was_cut_or_extended_is_none()
    {
        var text = new RefreshToken(Session, 7).Write(KeyId, Key);

        for (var length = 0; length < text.Length; length++)
        {
            Accepts(text[..length]).Should().BeFalse("it has {0} characters", length);
            Accepts(text[(text.Length - length)..]).Should().BeFalse("it has the last {0} characters", length);
        }

        foreach (var addition in new[] { "A", "=", " ", "\n", "\0", text })
        {
            Accepts(text + addition).Should().BeFalse();
            Accepts(addition + text).Should().BeFalse();
        }
    }

    [Fact]
    public void Another_key_does_not_read_it()
    {
        var other = Key.ToArray();
        other[31] ^= 1;

        RefreshToken.Read(new RefreshToken(Session, 7).Write(KeyId, Key), other).Should().BeNull();
    }

    private static bool Accepts(string text) => RefreshToken.KeyIdOf(text) == KeyId && RefreshToken.Read(text, Key) is not null;
}
