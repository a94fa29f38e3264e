using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

/// <summary>macOS and iOS send accents as characters of their own, other systems precomposed letters.</summary>
public sealed class NormalFormTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Composed = "Jos\u00E9 Nu\u00F1ez";
    private const string Decomposed = "Jose\u0301 Nun\u0303ez";

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    public async Task A_person_is_found_however_the_accent_was_typed(string stored, string typed)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var person = await server.Api.RegisterAsync(more: new { full_name = stored });
        await server.JoinAsync(person.UserId, clinic.Id, Role.Patient);

        var found = await server.ListPeopleAsync(admin, $"?search={Uri.EscapeDataString(typed)}&tenant={clinic.Slug}");

        found["items"]!.AsArray().Select(item => item!["full_name"]!.GetValue<string>()).Should().Equal(Composed);
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    public async Task A_clinic_is_found_however_the_accent_was_typed(string stored, string typed)
    {
        var (admin, slug) = (await server.SignInAsAsync(Role.Admin), $"c-{Guid.NewGuid():N}");
        var name = $"{stored} {slug}";
        await (await server.Api.PostAsync("tenants", new { slug, name }, admin.AccessToken)).ShouldBeAsync(201);

        var search = Uri.EscapeDataString($"{typed} {slug}");
        var found = await (await server.Api.GetAsync($"tenants?search={search}", admin.AccessToken)).ShouldBeAsync(200);

        found["items"]!.AsArray().Should().ContainSingle();
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    public async Task A_physician_is_found_however_the_accent_of_the_specialty_was_typed(string stored, string typed)
    {
        var (admin, unique) = (await server.SignInAsAsync(Role.Admin), $"{Guid.NewGuid():N}");
        await server.Api.RegisterAsync(more: new { role = "physician", physician = new { specialty = $"{stored} {unique}" } });

        var specialty = Uri.EscapeDataString($"{typed} {unique}");
        var found = await (await server.Api.GetAsync($"physicians?specialty={specialty}", admin.AccessToken)).ShouldBeAsync(200);

        found["items"]!.AsArray().Should().ContainSingle();
    }

    // U+0958 is two characters in normal form.
    [Fact]
    public async Task A_name_that_grows_beyond_the_column_in_normal_form_is_refused()
    {
        var response = await server.Api.PostAsync(
            "auth/register", new { email = Api.NewEmail(), password = Api.Password, full_name = new string('\u0958', 101) });

        (await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed)).InvalidFields().Should().Equal("full_name");
    }
}
