using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Attacks;

/// <summary>Tokens and signatures in unusual forms, and other ways to send a token.</summary>
public sealed class MalformedTokenTests(TestServer server) : IClassFixture<TestServer>
{
    // FIPS 186-4, D.1.2.3: the order of P-256.
    private static readonly BigInteger Order =
        BigInteger.Parse(
            "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("{0}.{1}")]
    [InlineData("{0}.{1}.")]
    [InlineData("{0}..{2}")]
    [InlineData(".{1}.{2}")]
    [InlineData("..")]
    [InlineData("{0}.{1}.{2}.")]
    [InlineData(".{0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}.{2}")]
    [InlineData("{0}.{1}.{2}.{1}.{2}")]
    [InlineData("{0}=.{1}.{2}")]
    [InlineData("{0}.{1}=.{2}")]
    [InlineData("{0}.{1}.{2}==")]
    [InlineData("{0}.{1}.+{2}")]
    [InlineData("{0}.{1}./{2}")]
    [InlineData("{0}. {1}.{2}")]
    [InlineData("{0}.{1}.{2}%")]
    [InlineData("{0}.{1}.{2}A")]
    [InlineData("{0}.{1}.A{2}")]
    [InlineData("{0}.{1}.{2},{0}.{1}.{2}")]
    [InlineData("\"{0}.{1}.{2}\"")]
    [InlineData("{{\"protected\":\"{0}\",\"payload\":\"{1}\",\"signature\":\"{2}\"}}")]
    [Trait("ASVS", "9.1.1")]
    public async Task A_token_has_one_shape(string shape)
    {
        var person = await server.Api.RegisterAsync();
        var token = string.Format(null, System.Text.CompositeFormat.Parse(shape), [.. person.AccessToken.Split('.')]);

        await ShouldBeRefusedAsync(token);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("r=0")]
    [InlineData("s=0")]
    [InlineData("r=s=0")]
    [InlineData("r=n")]
    [InlineData("s=n")]
    [InlineData("swapped")]
    [InlineData("DER")]
    [InlineData("63 bytes")]
    [InlineData("65 bytes")]
    [InlineData("none")]
    [Trait("ASVS", "9.1.1")]
    public async Task A_signature_has_one_form(string kind)
    {
        var parts = (await server.Api.RegisterAsync()).AccessToken.Split('.');
        var signature = Base64Url.DecodeFromChars(parts[2]);
        var (r, s, zero, order) = (signature[..32], signature[32..], new byte[32], Order.ToByteArray(isUnsigned: true, isBigEndian: true));
        byte[] forged = kind switch
        {
            "r=0" => [.. zero, .. s],
            "s=0" => [.. r, .. zero],
            "r=s=0" => [.. zero, .. zero],
            "r=n" => [.. order, .. s],
            "s=n" => [.. r, .. order],
            "swapped" => [.. s, .. r],
            "DER" => ToDer(r, s),
            "63 bytes" => signature[..63],
            "65 bytes" => [.. signature, 0],
            _ => [],
        };

        await ShouldBeRefusedAsync($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(forged)}");
    }

    // (r, n − s) is a valid signature as well: nothing may rely on there being only one.
    [Fact]
    [Trait("ASVS", "9.1.1")]
    public async Task The_other_signature_of_a_token_does_not_outlive_its_session()
    {
        var person = await server.Api.RegisterAsync();
        var parts = person.AccessToken.Split('.');
        var signature = Base64Url.DecodeFromChars(parts[2]);
        var s = Order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        bytes.CopyTo(signature, 64 - bytes.Length);
        var twin = $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}";
        await server.Api.GetAsync("auth/me", twin);

        await (await server.Api.PostAsync("auth/logout", bearer: person.AccessToken)).ShouldBeAsync(204);

        await (await server.Api.GetAsync("auth/me", twin)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);
    }

    [Fact]
    [Trait("ASVS", "9.1.1")]
    public async Task Changing_any_one_bit_breaks_a_token()
    {
        var token = (await server.Api.RegisterAsync()).AccessToken;
        var validator = server.Services.GetRequiredService<RememberingValidator>();
        (await validator.ValidateTokenAsync(token, new())).IsValid.Should().BeTrue();

        for (var place = 0; place < token.Length; place++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                var altered = $"{token[..place]}{(char)(token[place] ^ (1 << bit))}{token[(place + 1)..]}";
                var verdict = await validator.ValidateTokenAsync(altered, new());
                verdict.IsValid.Should().BeFalse("bit {0} of character {1} was changed", bit, place);
            }
        }
    }

    private static byte[] ToDer(byte[] r, byte[] s)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(r, isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(s, isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }

    private async Task ShouldBeRefusedAsync(string token) =>
        await (await server.Api.SendAsync(
            HttpMethod.Get, "auth/me", adjust: request => request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token)))
            .ShouldBeProblemAsync(ErrorCodes.InvalidToken);
}
