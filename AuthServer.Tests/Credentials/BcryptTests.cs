using System.Text;
using AuthServer.Credentials;

namespace AuthServer.Tests.Credentials;

public sealed class BcryptTests
{
    private const string SeventyTwoAndMore = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";

    private static readonly Bcrypt System = new();

    // The self-test of Openwall's crypt_blowfish 1.3 (wrapper.c, public domain), without its $2x$; a character is a byte.
    public static TheoryData<string, string> Openwall => new()
    {
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" },
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*" },
        { "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U" },
        { "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", SeventyTwoAndMore },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "\u00FF\u00FF\u00A3" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.nqd1wy.pTMdcvrRWxyiGL2eMz.2a85.", "\u00FF\u00FF\u00A3" },
        { "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "\u00FF\u00FF\u00A3" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "\u00A3" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "\u00A3" },
        { "$2b$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "\u00A3" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi", "\u00FF\u00A334\u00FF\u00FF\u00FF\u00A3345" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.ZC1JEJ8Z4gPfpe1JOr/oyPXTWl9EFd.", "\u00FF\u00A334\u00FF\u00FF\u00FF\u00A3345" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e", "\u00FF\u00A3345" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e", "\u00FF\u00A3345" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS", "\u00A3ab" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS", "\u00A3ab" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6", new string('\u00AA', 72) + "chars after 72 are ignored as usual" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy", string.Concat(Enumerable.Repeat("\u00AA\u0055", 36)) },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.9tQZzcJfm3uj2NvJ/n5xkhpqLrMpWCe", string.Concat(Enumerable.Repeat("\u0055\u00AA\u00FF", 24)) },
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", "" },
    };

    // jBCrypt 0.4, TestBCrypt.java, by Damien Miller, who made OpenBSD's.
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
    };

    [Theory]
    [MemberData(nameof(Openwall))]
    [MemberData(nameof(JBCrypt))]
    public void A_published_hash_fits_its_password_and_no_other(string hash, string password)
    {
        ImportedHash.Parse(hash)!.Format.Should().Be(HashFormat.Bcrypt);
        System.Verify(hash, Encoding.Latin1.GetBytes(password)).Should().BeTrue();
        System.Verify(hash, Encoding.Latin1.GetBytes("x" + password)).Should().BeFalse();
    }

    [Fact]
    public void The_first_72_bytes_count_and_a_longer_password_than_the_library_takes_is_cut_like_any_other()
    {
        const string hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";

        System.Verify(hash, Encoding.ASCII.GetBytes(SeventyTwoAndMore[..72])).Should().BeTrue();
        System.Verify(hash, Encoding.ASCII.GetBytes(SeventyTwoAndMore[..71])).Should().BeFalse();
        System.Verify(hash, Encoding.ASCII.GetBytes(SeventyTwoAndMore[..72] + new string('x', 1500))).Should().BeTrue();
    }

    [Theory]
    [InlineData("U*U\0")]
    [InlineData("U*U\0more")]
    [InlineData("\0")]
    public void A_password_does_not_end_at_a_nul(string password)
    {
        System.Verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", Encoding.ASCII.GetBytes(password)).Should().BeFalse();
        System.Verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", Encoding.ASCII.GetBytes(password)).Should().BeFalse();
    }

    // The salt has 128 bits in 22 characters: the last one's low four mean nothing.
    [Fact]
    public void What_means_nothing_in_the_salt_makes_no_difference() =>
        System.Verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC/E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"u8).Should().BeTrue();

    // What a hash is that the library refuses: its answer, *0, must fit nothing.
    [Theory]
    [InlineData("$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$32$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2c$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("*0$$05$CCCCCCCCCCCCCCCCCCCCC.\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void What_the_library_refuses_fits_nothing(string hash) => System.Verify(hash, "U*U"u8).Should().BeFalse();

    [Fact]
    public async Task Any_number_of_threads_compare_at_once()
    {
        const string hash = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i";

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(number => Task.Run(() => System.Verify(hash, number % 2 == 0 ? "abc"u8 : "abd"u8))));

        results.Select((isRight, number) => isRight == (number % 2 == 0)).Should().OnlyContain(asExpected => asExpected);
    }

    [Fact]
    public void A_library_that_is_missing_or_another_one_is_not_available()
    {
        new Bcrypt().IsAvailable.Should().BeTrue();
        new Bcrypt("libcrypt.so.none").IsAvailable.Should().BeFalse();
        new Bcrypt("libc.so.6").IsAvailable.Should().BeFalse();
    }
}
