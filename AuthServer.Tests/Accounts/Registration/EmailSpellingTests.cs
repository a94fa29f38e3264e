using System.Globalization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

/// <summary>One account per mailbox: no spelling creates a second one, and no look-alike finds the first.</summary>
public sealed class EmailSpellingTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [Trait("ASVS", "6.3.8")]
    [InlineData("upper1@example.com", "UPPER1@Example.COM")]
    [InlineData("spaced1@example.com", "  spaced1@example.com ")]
    [InlineData("german1@b\u00FCcher.example", "german1@xn--bcher-kva.example")]
    [InlineData("german2@xn--bcher-kva.example", "German2@B\u00DCCHER.example")]
    [InlineData("french1@caf\u00E9.example", "french1@cafe\u0301.example")]
    [InlineData("wide1@example.com", "wide1@\uFF45xample.com")]
    [InlineData("kelvin1@kate.example", "kelvin1@\u212Aate.example")]
    [InlineData("dotted1@example.com", "dotted1@example\u3002com")]
    public async Task Spellings_of_one_mailbox_are_one_account(string first, string second)
    {
        var registered = await server.Api.RegisterAsync(first);

        await (await server.Api.PostAsync("auth/register", new { email = second, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.EmailTaken);

        (await server.Api.LoginAsync(second)).UserId.Should().Be(registered.UserId);
        (await server.Api.LoginAsync(first)).UserId.Should().Be(registered.UserId);
    }

    [Theory]
    [InlineData("kate1@example.com", "\u212Aate1@example.com")]
    [InlineData("sam1@example.com", "\u017Fam1@example.com")]
    [InlineData("victim1@example.com", "\uFF56ictim1@example.com")]
    [InlineData("ada1@example.com", "\u0430da1@example.com")]
    [InlineData("irma1@example.com", "\u0131rma1@example.com")]
    [InlineData("igor1@example.com", "\u0130gor1@example.com")]
    [InlineData("zero1@example.com", "ze\u200Bro1@example.com")]
    [InlineData("soft1@example.com", "so\u00ADft1@example.com")]
    [InlineData("trailing1@example.com", "trailing1@example.com.")]
    [InlineData("hidden1@example.com", "hidden1@exam\u00ADple.com")]
    [InlineData("hidden2@example.com", "hidden2@exam\u200Bple.com")]
    public async Task A_spelling_that_only_looks_alike_neither_registers_nor_signs_in(string real, string alike)
    {
        await server.Api.RegisterAsync(real);

        var registration = await server.Api.PostAsync("auth/register", new { email = alike, password = Api.Password });
        var signIn = await server.Api.PostAsync("auth/login", new { email = alike, password = Api.Password });

        await registration.ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        signIn.StatusCode.Should().BeOneOf(System.Net.HttpStatusCode.Unauthorized, System.Net.HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("kate2", "\u212Aate2")]
    [InlineData("sam2", "\u017Fam2")]
    [InlineData("irma2", "\u0130rma2")]
    [InlineData("victim2", "\uFF56ictim2")]
    public async Task A_user_name_that_only_looks_alike_does_not_sign_in(string real, string alike)
    {
        await server.Api.RegisterAsync(more: new { username = real });

        var signIn = await server.Api.PostAsync("auth/login", new { username = alike, password = Api.Password });

        await signIn.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    [Theory]
    [Trait("ASVS", "1.3.11")]
    [InlineData("victim@example.com\r\nBcc: a@example.com")]
    [InlineData("victim@example.com\r\n")]
    [InlineData("victim@example.com%0d%0aBcc:a@example.com")]
    [InlineData("vic\u202Etim@example.com")]
    [InlineData("vic\uFEFFtim@example.com")]
    [InlineData("vic\u200Dtim@example.com")]
    [InlineData("victim@exam\u202Eple.com")]
    [InlineData("\u00E9lan@example.com")]
    [InlineData("a b<>@example.com")]
    [InlineData("user\0@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData("\"a@example.com\"@example.org")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@127.0.0.1")]
    [InlineData("a@localhost")]
    [InlineData("<a@example.com>")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("a@example.com;b@example.com")]
    [InlineData(".a@example.com")]
    [InlineData("a.@example.com")]
    [InlineData("a..b@example.com")]
    [InlineData("a@example..com")]
    [InlineData("a@-example.com")]
    [InlineData("a@exa_mple.com")]
    [InlineData("@example.com")]
    [InlineData("a@")]
    [InlineData("plain")]
    public async Task What_is_no_address_is_refused(string email)
    {
        var response = await server.Api.PostAsync("auth/register", new { email, password = Api.Password });

        var problem = await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        problem.InvalidFields().Should().Equal("email");
        (await response.Content.ReadAsStringAsync()).Should().NotContain("victim");
    }

    // RFC 5321 section 4.5.3.1: 64 octets before the @, 254 in all; 63 in a label of the domain.
    [Theory]
    [InlineData(64, 90, 201)]
    [InlineData(65, 90, 400)]
    [InlineData(60, 254, 201)]
    [InlineData(60, 255, 400)]
    public async Task An_address_may_be_as_long_as_mail_allows(int local, int total, int status)
    {
        var domain = string
            .Concat(Enumerable.Range(1, total - local - 1).Select(position => position % 12 == 0 ? '.' : 'x'))
            .TrimEnd('.')
            .PadLeft(total - local - 1, 'x');

        var response =
            await server.Api.PostAsync("auth/register", new { email = $"{new string('l', local)}@{domain}", password = Api.Password });

        await response.ShouldBeAsync(status);
    }

    [Fact]
    public async Task Sub_addresses_are_addresses_of_their_own()
    {
        var plain = await server.Api.RegisterAsync("tagged1@example.com");
        var tagged = await server.Api.RegisterAsync("tagged1+shop@example.com");

        tagged.UserId.Should().NotBe(plain.UserId);
    }

    [Fact]
    public async Task Mail_goes_to_the_address_as_it_was_registered()
    {
        await server.Api.RegisterAsync("Mixed.Case1@EXAMPLE.com");

        (await server.Api.LoginAsync("mixed.case1@example.com")).Email.Should().Be("Mixed.Case1@example.com");
    }

    [Fact]
    public async Task A_user_name_that_reads_like_somebodys_id_finds_only_its_owner()
    {
        var victim = await server.Api.RegisterAsync();
        var id = victim.UserId.ToString("D", CultureInfo.InvariantCulture);

        var other = await server.Api.RegisterAsync(password: "another good password", more: new { username = id });

        (await server.Api.LoginAsync(id, "another good password")).UserId.Should().Be(other.UserId);
        await (await server.Api.PostAsync("auth/login", new { username = id, password = Api.Password })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
    }
}
