using AuthServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>The docs page in a real browser, which enforces its policy and still has to show the page.</summary>
public sealed class DocsPageInBrowserTests(TestServer server, Chromium chromium) : IClassFixture<TestServer>, IClassFixture<Chromium>
{
    [Fact]
    [Trait("ASVS", "3.4.3")]
    public async Task The_page_shows_the_operations_without_an_error_and_without_another_origin()
    {
        await using var tab = await chromium.OpenAsync();

        await tab.Page.GotoAsync(
            new Uri(server.Api.Http.BaseAddress!, "/docs").ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Registration" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Create an account" }).First).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByText("Powered by Scalar")).ToBeHiddenAsync();
        tab.Complaints.Should().BeEmpty();
        tab.Requests
            .Should()
            .Contain(url => url.EndsWith("/openapi/v1.json")).And
            .OnlyContain(url => url.StartsWith(server.Api.Http.BaseAddress!.ToString()));
    }
}
