using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed class UnknownQueryTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("audit-events")]
    [InlineData("audit-events/export")]
    [InlineData("users")]
    [InlineData("users/0195b1f0-8c00-7b44-9a10-66fe00b1c2d3/sessions")]
    [InlineData("tenants")]
    [InlineData("physicians")]
    [InlineData("api-keys")]
    [InlineData("password-resets")]
    [InlineData("auth/sessions")]
    public async Task A_mistyped_filter_is_named_and_not_answered_with_everything(string list)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.Api.GetAsync($"{list}?usr=x&reach=y", admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().BeEquivalentTo("usr", "reach");
    }
}
