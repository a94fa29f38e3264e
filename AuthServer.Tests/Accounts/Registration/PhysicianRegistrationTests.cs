using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

public sealed class PhysicianRegistrationTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly object Physician = new
    {
        role = "physician",
        physician = new { language_preference = "he", license_number = "IL-12345", license_jurisdiction = "IL", specialty = "cardiology" },
    };

    [Fact]
    public async Task A_physician_starts_pending_with_a_profile_and_without_the_role()
    {
        var registered = await server.Api.RegisterAsync(more: Physician);

        var physician = registered.User!["physician"]!;
        physician["status"]!.GetValue<string>().Should().Be("pending");
        physician["language_preference"]!.GetValue<string>().Should().Be("he");
        physician["specialty"]!.GetValue<string>().Should().Be("cardiology");
        var licence = physician["licences"]!.AsArray().Should().ContainSingle().Subject!;
        licence["number"]!.GetValue<string>().Should().Be("IL-12345");
        licence["jurisdiction"]!.GetValue<string>().Should().Be("IL");
        licence["state"]!.GetValue<string>().Should().Be("pending");
        Roles(registered).Should().BeEmpty();
        registered.Claims["physician"]!.GetValue<Guid>().Should().Be(physician["id"]!.GetValue<Guid>());
        Roles(await server.Api.LoginAsync(registered.Email)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task The_role_comes_with_the_verified_licence_at_the_next_sign_in_and_at_the_next_refresh()
    {
        var registered = await server.Api.RegisterAsync(more: Physician);
        await SetLicenceAsync(registered, "verified", null);

        var signedIn = await server.Api.LoginAsync(registered.Email);
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(registered.RefreshToken));

        Roles(signedIn).Should().Equal("physician");
        Roles(refreshed).Should().Equal("physician");
        signedIn.User!["roles"]!.ToJsonString().Should().Be("""["physician"]""");
        signedIn.User["physician"]!["status"]!.GetValue<string>().Should().Be("verified");
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData("verified", -1, false)]
    [InlineData("verified", 0, true)]
    [InlineData("verified", 1, true)]
    [InlineData("unverified", 1, false)]
    [InlineData("suspended", 1, false)]
    [InlineData("expired", 1, false)]
    public async Task Only_a_verified_licence_within_its_last_day_carries_the_role(string state, int daysLeft, bool carries)
    {
        var registered = await server.Api.RegisterAsync(more: Physician);
        await SetLicenceAsync(registered, state, DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime).AddDays(daysLeft));

        var signedIn = await server.Api.LoginAsync(registered.Email);

        Roles(signedIn).Should().BeEquivalentTo(carries ? ["physician"] : Array.Empty<string>());
    }

    [Fact]
    public async Task A_licence_that_ends_takes_the_role_away_at_the_next_refresh()
    {
        var registered = await server.Api.RegisterAsync(more: Physician);
        await SetLicenceAsync(registered, "verified", null);
        var licensed = await server.Api.LoginAsync(registered.Email);
        await SetLicenceAsync(registered, "suspended", null);

        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(licensed.RefreshToken));

        Roles(licensed).Should().Equal("physician");
        Roles(refreshed).Should().BeEmpty();
    }

    [Fact]
    public async Task The_professional_details_can_come_later()
    {
        var registered = await server.Api.RegisterAsync(more: new { role = "physician" });

        registered.User!["physician"]!["status"]!.GetValue<string>().Should().Be("pending");
        registered.User["physician"]!["licences"]!.AsArray().Should().BeEmpty();
    }

    [Theory]
    [InlineData("language_preference", "\"not a tag\"")]
    [InlineData("license_number", "\"1\\u00002\"")]
    [InlineData("license_jurisdiction", "\"Israel\"")]
    [InlineData("license_jurisdiction", "\"il\"")]
    [InlineData("license_jurisdiction", "\"US-\"")]
    [InlineData("license_jurisdiction", "\"\"")]
    [InlineData("specialty", "\"\\u202E\"")]
    public async Task A_professional_detail_that_is_not_acceptable_is_named(string field, string value)
    {
        var body =
            $$"""{"physician":{"{{field}}":{{value}} },"email":"{{Api.NewEmail()}}","password":"{{Api.Password}}","role":"physician"}""";

        var problem = await (await server.Api.PostAsync("auth/register", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal($"physician.{field}");
    }

    [Theory]
    [InlineData("license_number", 65)]
    [InlineData("specialty", 101)]
    public async Task A_professional_detail_that_is_too_long_is_named(string field, int length)
    {
        var physician = new JsonObject { [field] = new string('x', length) };
        var body =
            new JsonObject { ["email"] = Api.NewEmail(), ["password"] = Api.Password, ["role"] = "physician", ["physician"] = physician };

        var problem =
            await (await server.Api.PostAsync("auth/register", body.ToJsonString())).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal($"physician.{field}");
    }

    private static IEnumerable<string> Roles(SignedIn signedIn) =>
        signedIn.Claims["role"] is JsonArray roles ? roles.Select(role => role!.GetValue<string>()) : [];

    private Task<int> SetLicenceAsync(SignedIn of, string state, DateOnly? expiresOn) => server.Database.ExecuteAsync(
        "UPDATE licences SET state = @state, expires_on = @expires_on FROM physicians p WHERE p.id = physician_id AND p.user_id = @user",
        ("state", state), ("expires_on", (object?)expiresOn ?? DBNull.Value), ("user", of.UserId));
}
