using System.Buffers.Binary;
using System.Text.RegularExpressions;
using AuthServer.Accounts.Credentials;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

public sealed partial class CommonPasswordTests
{
    [Theory]
    [Trait("ASVS", "6.2.4")]
    [InlineData("1q2w3e4r5t6y")]
    [InlineData("1Q2W3E4R5T6Y")]
    [InlineData("qwertyuiop12")]
    [InlineData("12qwertyuiop")]
    [InlineData("password2026")]
    [InlineData("PassWord!!!!")]
    [InlineData("!!Password!!")]
    [InlineData("P@55w0rd1234")]
    [InlineData("1234drowssap")]
    [InlineData("passwordpassword")]
    [InlineData("123456123456")]
    [InlineData("iloveyouiloveyou")]
    [InlineData("11111111111111111111")]
    [InlineData("123qweasdzxc")]
    [InlineData("sdicmt7seytn")]
    [InlineData("FyutkbyF2005")]
    [InlineData("VjjkjhgagVjjkjhgag2024")]
    [InlineData("\uFF50\uFF41\uFF53\uFF53\uFF57\uFF4F\uFF52\uFF44\uFF11\uFF12\uFF13\uFF14")]
    public void What_attackers_try_first_is_common_however_it_is_written(string password) =>
        CommonPasswords.Contain(password).Should().BeTrue();

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("plum tree waltz")]
    [InlineData("plumtreewaltz")]
    [InlineData("password with more to it")]
    [InlineData("83920174650192837465")]
    [InlineData("love and dragons")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD \u05DB\u05D9\u05EA\u05D4 \u05D0\u05DC\u05E3")]
    [InlineData("\U0001F34E\U0001F34F\U0001F350\U0001F351\U0001F352\U0001F353\U0001F354\U0001F355")]
    public void A_phrase_is_not(string password) => CommonPasswords.Contain(password).Should().BeFalse();

    [Fact]
    [Trait("ASVS", "6.2.4")]
    public void The_list_is_longer_than_sixty_thousand_and_in_order()
    {
        using var table = CommonPasswords.OpenTable();
        using var reader = new BinaryReader(table);
        var entries = Enumerable
            .Range(0, (int)table.Length / 8)
            .Select(_ => BinaryPrimitives.ReverseEndianness(reader.ReadUInt64()))
            .ToList();

        entries.Should().HaveCountGreaterThan(60_000).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_script_that_makes_the_list_folds_like_the_server()
    {
        var script = Repository.Read("AuthServer/common-passwords.mjs");
        var letters = Letters().Match(script).Value;
        var signs = string.Concat(SignAndLetter().Matches(letters).Select(match => match.Groups["sign"].Value));

        signs.Should().HaveLength(11);
        CommonPasswords
            .Fold(signs)
            .Should()
            .Be(string.Concat(SignAndLetter().Matches(letters).Select(match => match.Groups["letter"].Value)));
        var others =
            new string(
                [.. Enumerable
                    .Range(' ', '~' - ' ' + 1)
                    .Select(code => (char)code)
                    .Where(sign => !signs.Contains(sign, StringComparison.Ordinal))]);
        CommonPasswords
            .Fold(others.ToLowerInvariant())
            .Should()
            .Be(others.ToLowerInvariant().Replace('l', 'i'), "these have no letter there");
    }

    [GeneratedRegex(@"(?<=plainLetters = \{).*(?=\})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Letters();

    [GeneratedRegex("'?(?<sign>[^ '])'?: '(?<letter>.)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SignAndLetter();
}
