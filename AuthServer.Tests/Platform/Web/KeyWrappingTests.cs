using System.Security.Cryptography;
using AuthServer.Platform.Cryptography;

namespace AuthServer.Tests.Platform.Web;

public sealed class KeyWrappingTests
{
    private const string Root = "a root secret of the tests, long enough";
    private const string Next = "the root secret after it, as long as it";
    private static readonly byte[] Plain = [.. Enumerable.Range(0, 138).Select(number => (byte)number)];

    private readonly KeyWrapping _wrapping = new(new Secrets(new() { Key = Root }));

    [Fact]
    [Trait("ASVS", "11.3.4")]
    public void What_is_wrapped_twice_looks_different_and_comes_back_the_same()
    {
        var (first, second) = (_wrapping.Wrap(Plain, "a"), _wrapping.Wrap(Plain, "a"));

        first.AsSpan(4, 12).SequenceEqual(second.AsSpan(4, 12)).Should().BeFalse("a nonce is used once");
        first.AsSpan().IndexOf(Plain.AsSpan(0, 8)).Should().Be(-1);
        _wrapping.Unwrap(first, "a").Should().Equal(Plain);
        _wrapping.Unwrap(second, "a").Should().Equal(Plain);
    }

    [Fact]
    [Trait("ASVS", "11.3.3")]
    public void Changing_any_one_byte_makes_it_unreadable()
    {
        var wrapped = _wrapping.Wrap(Plain, "a");

        for (var place = 0; place < wrapped.Length; place++)
        {
            var altered = wrapped.ToArray();
            altered[place] ^= 1;
            _wrapping
                .Invoking(wrapping => wrapping.Unwrap(altered, "a"))
                .Should()
                .Throw<CryptographicException>("byte {0} was changed", place);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(169)]
    public void What_was_cut_is_unreadable(int length)
    {
        var wrapped = _wrapping.Wrap(Plain, "a")[..length];

        _wrapping.Invoking(wrapping => wrapping.Unwrap(wrapped, "a")).Should().Throw<CryptographicException>();
    }

    [Fact]
    public void What_was_wrapped_under_one_name_cannot_stand_in_for_another() =>
        _wrapping.Invoking(wrapping => wrapping.Unwrap(wrapping.Wrap(Plain, "a"), "b")).Should().Throw<CryptographicException>();

    [Fact]
    public void Another_root_secret_does_not_read_it_and_says_what_to_do() =>
        new KeyWrapping(new Secrets(new() { Key = Next })).Invoking(wrapping => wrapping.Unwrap(_wrapping.Wrap(Plain, "a"), "a"))
            .Should().Throw<CryptographicException>().WithMessage("*SECRET_KEY_PREVIOUS*");

    [Fact]
    public void The_former_root_secret_still_reads_and_no_longer_writes()
    {
        var next = new KeyWrapping(new Secrets(new() { Key = Next, PreviousKey = Root }));
        var wrapped = _wrapping.Wrap(Plain, "a");

        next.Unwrap(wrapped, "a").Should().Equal(Plain);
        next.IsCurrent(wrapped).Should().BeFalse();
        next.IsCurrent(next.Wrap(Plain, "a")).Should().BeTrue();
    }
}
