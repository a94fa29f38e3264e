using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Profile;

/// <summary>Java, Android and POSIX systems have their own spellings of BCP 47 tags.</summary>
public sealed class LocaleTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string, string?> Spellings => new()
    {
        { "he-IL", "he-IL" },
        { "he_IL", "he-IL" },
        { "iw_IL", "he-IL" },
        { "IW", "he" },
        { "in_ID", "id-ID" },
        { "ji", "yi" },
        { "en_US.UTF-8", "en-US" },
        { "ca_ES.UTF-8@valencia", "ca-ES" },
        { "de_DE@euro", "de-DE" },
        { "zh_Hant_TW", "zh-Hant-TW" },
        { " he ", "he" },
        { "", null },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task Every_spelling_of_a_locale_is_taken(string given, string? kept)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await server.Api.RegisterAsync(more: new { locale = given });
        var whole = $$"""{"full_name":null,"username":null,"locale":"{{given}}"}""";

        person.User!["locale"]?.GetValue<string>().Should().Be(kept);
        (await SendAsync(person, "PATCH", "users/me", $$"""{"locale":"{{given}}"}""")).Should().Be(kept);
        (await SendAsync(person, "PUT", "users/me", whole)).Should().Be(kept);
        (await SendAsync(admin, "PUT", $"users/{person.UserId}", whole)).Should().Be(kept);
    }

    [Fact]
    public async Task A_clinic_says_its_locale_in_any_spelling_and_an_empty_one_of_a_person_does_not_hide_it()
    {
        var (admin, slug) = (await server.SignInAsAsync(Role.Admin), $"c-{Guid.NewGuid():N}");
        var clinic = new { slug, name = "Clinic", settings = new { self_registration = true, locale = "iw_IL" } };
        await (await server.Api.PostAsync("tenants", clinic, admin.AccessToken)).ShouldBeAsync(201);

        var person = await server.Api.RegisterAsync(more: new { tenant = slug, locale = "" });

        person.User!["locale"]!.GetValue<string>().Should().Be("he-IL");
    }

    [Fact]
    public async Task An_invitation_takes_every_spelling()
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var invited = await server.Api.PostAsync("users", new { email = Api.NewEmail(), locale = "iw_IL" }, admin.AccessToken);

        (await invited.ShouldBeAsync(201))["locale"]!.GetValue<string>().Should().Be("he-IL");
    }

    private async Task<string?> SendAsync(SignedIn caller, string method, string path, string body) =>
        (await (await server.Api.SendAsync(new HttpMethod(method), path, body, caller.AccessToken)).ShouldBeAsync(200))["locale"]
            ?.GetValue<string>();
}
