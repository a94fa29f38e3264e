using AuthServer.Accounts.Identity;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Pages;

/// <summary>Pages say whose they are, and where to go on.</summary>
public sealed class ClinicPagesTests(ClinicPagesTests.Server server) : IClassFixture<ClinicPagesTests.Server>
{
    [Fact]
    public async Task Every_page_names_the_product_and_whom_to_turn_to()
    {
        using var visitor = server.Visit();

        foreach (var path in new[] { "/account/forgotten-password", "/account/nowhere", "/account/reset-password?token=old" })
        {
            (await visitor.GetAsync(path)).Html.Should().Contain("<header>Heart &amp; Co.</header>").And.Contain("help@example.com");
        }
    }

    [Fact]
    public async Task The_last_page_leads_to_the_app_of_the_server_or_to_that_of_the_persons_clinic()
    {
        var clinic = await server.OpenClinicAsync(new { self_registration = true, app_url = "https://north.example.com/app" });
        var (patient, person) = (await server.SignInAtAsync("patient", clinic), await server.Api.RegisterAsync());

        (await LastPageAsync(person)).Should().Contain("href=\"https://app.example.com/sign-in\"").And.NotContain("north.example.com");
        (await LastPageAsync(patient)).Should().Contain("href=\"https://north.example.com/app\"");
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("evil.example")]
    [InlineData("north")]
    public async Task Nobody_can_make_the_last_page_lead_to_a_clinic(string clinic)
    {
        await server.OpenClinicAsync(new { app_url = "https://evil.example/" }, slug: clinic == "north" ? clinic : null);
        using var visitor = server.Visit();

        var seen = await visitor.GetAsync($"/account/reset-password/done?clinic={clinic}&tenant={clinic}");

        seen.Status.Should().Be(200);
        seen.Html.Should().Contain("href=\"https://app.example.com/sign-in\"");
    }

    private async Task<string> LastPageAsync(SignedIn person)
    {
        using var visitor = server.Visit();
        var token = await server.MakeTokenAsync(person, EmailTokens.ResetPassword);
        var form = await visitor.GetAsync($"/account/reset-password?token={token}");
        var sent = await visitor.SendAsync(form, 0, ("new_password", "seven quiet green rivers"));
        return (await visitor.GetAsync(sent.Header("Location"))).Html;
    }

    public sealed class Server : PagesServer
    {
        public Server()
        {
            Settings["Email:FromName"] = "Heart & Co.";
            Settings["Email:Contact"] = "help@example.com";
            Settings["Links:App"] = "https://app.example.com/sign-in";
        }
    }
}
