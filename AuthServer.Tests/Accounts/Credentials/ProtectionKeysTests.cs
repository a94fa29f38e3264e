using System.Security.Cryptography;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection;

namespace AuthServer.Tests.Accounts.Credentials;

public sealed class ProtectionKeysTests(TwoServers servers) : IClassFixture<TwoServers>
{
    [Fact]
    public void What_one_replica_protects_another_reads()
    {
        var protectedText = servers.ServicesOf(0).GetDataProtector("purpose").Protect("text");

        servers.ServicesOf(1).GetDataProtector("purpose").Unprotect(protectedText).Should().Be("text");
    }

    [Fact]
    [Trait("ASVS", "13.3.1")]
    public async Task The_keys_in_the_database_are_ciphertext()
    {
        servers.Services.GetDataProtector("purpose").Protect("text");

        var xml = await servers.Database.QueryAsync<string>("SELECT string_agg(xml, '') FROM data_protection_keys");

        xml.Should().Contain("<wrapped").And.Contain("ProtectionKeyDecryptor").And.NotContain("<masterKey").And.NotContain("<value");
    }

    [Fact]
    [Trait("ASVS", "11.2.5")]
    public void Changing_any_one_byte_of_what_was_protected_is_one_and_the_same_error()
    {
        var protector = servers.Services.GetDataProtector("purpose");
        var bytes = protector.Protect([1, 2, 3]);

        for (var place = 0; place < bytes.Length; place++)
        {
            var altered = bytes.ToArray();
            altered[place] ^= 1;
            protector.Invoking(it => it.Unprotect(altered)).Should().Throw<CryptographicException>("byte {0} was changed", place);
        }

        servers.Services.GetDataProtector("another purpose").Invoking(it => it.Unprotect(bytes)).Should().Throw<CryptographicException>();
    }
}
