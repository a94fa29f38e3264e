namespace AuthServer.Tests.Pages;

/// <summary>The pages of a server that people reach by https, behind a proxy that is not configured.</summary>
public sealed class PublicPagesTests(PublicPagesTests.Server server) : IClassFixture<PublicPagesTests.Server>
{
    [Fact]
    [Trait("ASVS", "3.3.1")]
    public async Task The_cookie_is_secure_and_no_other_host_can_set_it()
    {
        using var visitor = server.Visit();

        (await visitor.GetAsync("/account/forgotten-password"))
            .Header("Set-Cookie")
            .Should()
            .MatchRegex("^__Host-account=[^;]+; path=/; secure; samesite=lax; httponly$");
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task After_thirty_refused_links_a_network_waits_and_is_told_so_on_a_page()
    {
        using var visitor = server.Visit();
        for (var attempt = 0; attempt < 30; attempt++)
        {
            (await visitor.GetAsync("/account/reset-password?token=old")).Status.Should().Be(410, "looking is free");
            (await visitor.PostAsync("/account/reset-password", ("token", "x"))).Status.Should().Be(400);
        }

        var refused = await visitor.PostAsync("/account/reset-password?lang=he", ("token", "x"));

        refused.Status.Should().Be(429);
        refused.Header("Retry-After").Should().Be("60");
        refused.Html.Should().Contain("<html lang=\"he\"");
    }

    public sealed class Server : PagesServer
    {
        public Server()
        {
            Settings["Server:PublicUrl"] = "https://auth.example.com";
            Settings["RateLimits:RefusedLinksPerMinute"] = "30";
            Clock.Stop();
        }
    }
}
