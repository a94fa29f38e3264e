using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

public sealed class PasswordSequenceTests(PasswordSequenceTests.Server server) : IClassFixture<PasswordSequenceTests.Server>
{
    [Theory]
    [Trait("ASVS", "6.2.4")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("AaAaAaAaAaAa")]
    [InlineData("aaaaaaaa")]
    [InlineData("!!!!!!!!!!")]
    [InlineData("aaaaaabbbbbb")]
    [InlineData("xyxyxyxyxyxy")]
    [InlineData("abcdefgh")]
    [InlineData("abcdefghijkl")]
    [InlineData("LKJIHGFEDCBA")]
    [InlineData("abcdefgh1234")]
    [InlineData("12abcdefgh34")]
    [InlineData("34567890")]
    [InlineData("אבגדהוזח")]
    [InlineData("абвгдежзийкл")]
    public async Task A_run_or_a_sequence_is_no_password(string password)
    {
        var problem = await (await RegisterAsync(password)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("password");
    }

    [Theory]
    [InlineData("abcdefgabcdef")]
    [InlineData("plum abcdef waltz")]
    [InlineData("hijklmno plum tree")]
    [InlineData("10000000 plums")]
    public async Task A_sequence_inside_something_else_is_fine(string password) =>
        await (await RegisterAsync(password)).ShouldBeAsync(201);

    private Task<HttpResponseMessage> RegisterAsync(string password) =>
        server.Api.PostAsync("auth/register", new { email = Api.NewEmail(), password });

    public sealed class Server : TestServer
    {
        public Server() => Settings["Password:MinimumLength"] = "8";
    }
}
