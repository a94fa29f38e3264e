using AuthServer.Accounts.Credentials;

namespace AuthServer.Tests.Accounts.Credentials;

public sealed class BcryptTests
{
    private const string SeventyTwoAndMore =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";

    // The self-test of Openwall's crypt_blowfish 1.3 (wrapper.c, public domain), without $2x$ and without passwords that are not
    // UTF-8, because nobody can send them. For ASCII letters the three prefixes are equivalent.
    public static TheoryData<string, string> Openwall => new()
    {
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" },
        { "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" },
        { "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" },
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*" },
        { "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U" },
        { "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", SeventyTwoAndMore },
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", "" },
    };

    // jBCrypt 0.4, TestBCrypt.java, by Damien Miller, author of OpenBSD's bcrypt; and the UTF-8 vector shared by its ports to other
    // languages.
    public static TheoryData<string, string> JBCrypt => new()
    {
        { "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.", "" },
        { "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye", "" },
        { "$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW", "" },
        { "$2a$12$k42ZFHFWqBp3vWli.nIn8uYyIkbvYRvodzbfbK18SSsY.CsIQPlxO", "" },
        { "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a" },
        { "$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.", "a" },
        { "$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u", "a" },
        { "$2a$12$8NJH3LsPrANStV6XtBakCez0cKHXVxmvxIlcz785vxAIZrihHZpeS", "a" },
        { "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", "abc" },
        { "$2a$08$Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm", "abc" },
        { "$2a$10$WvvTPHKwdBJ3uk0Z37EMR.hLA2W6N9AEBhEgrAOljy2Ae5MtaSIUi", "abc" },
        { "$2a$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q", "abc" },
        { "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC", "abcdefghijklmnopqrstuvwxyz" },
        { "$2a$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz.", "abcdefghijklmnopqrstuvwxyz" },
        { "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq", "abcdefghijklmnopqrstuvwxyz" },
        { "$2a$12$D4G5f18o7aMMfwasBL7GpuQWuP3pkrZrOAnqP.bmezbMng.QwJ/pG", "abcdefghijklmnopqrstuvwxyz" },
        { "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO", "~!@#$%^&*()      ~!@#$%^&*()PNBFRD" },
        { "$2a$08$Eq2r4G/76Wv39MzSX262huzPz612MZiYHVUJe/OcOql2jo4.9UxTW", "~!@#$%^&*()      ~!@#$%^&*()PNBFRD" },
        { "$2a$10$LgfYWkbzEvQ4JakH7rOvHe0y8pHKF9OaFgwUZ2q7W2FFZmZzJYlfS", "~!@#$%^&*()      ~!@#$%^&*()PNBFRD" },
        { "$2a$12$WApznUOJfkEGSmYRfnkrPOr466oFDCaj4b6HY3EXGvfxm43seyhgC", "~!@#$%^&*()      ~!@#$%^&*()PNBFRD" },
        { "$2a$10$.TtQJ4Jr6isd4Hp.mVfZeuh6Gws4rOQ/vdBczhDx.19NFK0Y84Dle", new string('\u03C0', 8) },
    };

    [Theory]
    [MemberData(nameof(Openwall))]
    [MemberData(nameof(JBCrypt))]
    public void A_published_hash_fits_its_password_and_no_other(string hash, string password)
    {
        ImportedHash.Parse(hash)!.Format.Should().Be(HashFormat.Bcrypt);
        Bcrypt.Verify(hash, password).Should().BeTrue();
        Bcrypt.Verify(hash, "x" + password).Should().BeFalse();
    }

    [Fact]
    public void The_first_72_bytes_count_and_whatever_follows_does_not()
    {
        const string hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";

        Bcrypt.Verify(hash, SeventyTwoAndMore[..72]).Should().BeTrue();
        Bcrypt.Verify(hash, SeventyTwoAndMore[..71]).Should().BeFalse();
        Bcrypt.Verify(hash, SeventyTwoAndMore[..72] + new string('x', 1500)).Should().BeTrue();
    }

    // Computed with crypt(3). 72 bytes end within \u00E9, after a byte that \u00EA begins with as well.
    [Fact]
    public void The_72_bytes_may_end_within_a_letter()
    {
        const string hash = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.ZusFvKp1Zwjl0IsLSYswU5TPofKtHHy";
        var seventyOne = string.Concat(Enumerable.Repeat("0123456789", 7)) + "a";

        Bcrypt.Verify(hash, seventyOne + "\u00E9x").Should().BeTrue();
        Bcrypt.Verify(hash, seventyOne + "\u00EA").Should().BeTrue();
        Bcrypt.Verify(hash, seventyOne).Should().BeFalse();
    }

    [Theory]
    [InlineData("U*U\0")]
    [InlineData("U*U\0more")]
    [InlineData("\0")]
    [InlineData("U*U\0U*U")]
    public void A_password_does_not_end_at_a_nul(string password)
    {
        Bcrypt.Verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", password).Should().BeFalse();
        Bcrypt.Verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", password).Should().BeFalse();
    }

    // The salt has 128 bits in 22 characters: the low four bits of the last character are unused.
    [Fact]
    public void What_means_nothing_in_the_salt_makes_no_difference() =>
        Bcrypt.Verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC/E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U").Should().BeTrue();

    [Fact]
    public async Task Any_number_of_threads_compare_at_once()
    {
        const string hash = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i";

        var results = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(number => Task.Run(() => Bcrypt.Verify(hash, number % 2 == 0 ? "abc" : "abd"))));

        results.Select((isRight, number) => isRight == (number % 2 == 0)).Should().OnlyContain(asExpected => asExpected);
    }
}
