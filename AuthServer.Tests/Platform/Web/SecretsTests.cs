using AuthServer.Platform.Cryptography;

namespace AuthServer.Tests.Platform.Web;

public sealed class SecretsTests
{
    private const string Root = "a root secret of the tests, long enough";
    private const string Former = "the root secret before, as long as it";
    private static readonly string[] Uses = ["key-wrapping", "refresh-token-mac", "another"];

    // Computed with Python's hmac module from RFC 5869.
    [Theory]
    [InlineData("key-wrapping", "34311e04", "27d2d4ddc3ce6af2a4ed181e506b9bf07d7ad8727ed66fbbc200dadc80ca9207")]
    [InlineData("refresh-token-mac", "4b55bc6d", "fc593eb7dd228cf1deba28b5bca328d24de1aa0826af63dbbab3718a77f342ab")]
    [Trait("ASVS", "11.2.3")]
    public void A_key_is_what_HKDF_derives_from_the_root_secret_for_its_use(string use, string id, string key)
    {
        var derived = new Secrets(new() { Key = Root }).Derive(use).Should().ContainSingle().Subject;

        derived.Id.Should().Be(id);
        Convert.ToHexStringLower(derived.Bytes).Should().Be(key);
    }

    [Fact]
    public void Each_use_has_a_key_of_its_own()
    {
        var secrets = new Secrets(new() { Key = Root, PreviousKey = Former });

        var keys = Uses.SelectMany(secrets.Derive).ToList();

        keys.Should().HaveCount(6);
        keys.Select(key => Convert.ToHexString(key.Bytes)).Should().OnlyHaveUniqueItems();
        keys.Select(key => key.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_current_root_secret_comes_before_the_former_one()
    {
        var current = new Secrets(new() { Key = Root }).Derive("key-wrapping")[0];
        var former = new Secrets(new() { Key = Former }).Derive("key-wrapping")[0];

        new Secrets(new() { Key = Root, PreviousKey = Former })
            .Derive("key-wrapping")
            .Select(key => key.Id)
            .Should()
            .Equal(current.Id, former.Id);
    }
}
