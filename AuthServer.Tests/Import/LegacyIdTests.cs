using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Import;

/// <summary>An old id leads to the person, and the person to the old id.</summary>
public sealed class LegacyIdTests(ImportDesk desk) : IClassFixture<ImportDesk>
{
    [Fact]
    public async Task The_old_id_is_in_the_record_for_staff_and_for_the_person_and_is_searched_for_as_a_whole()
    {
        await desk.ImportUsersAsync("ids.csv", $"id,email\n4711,{Api.NewEmail()}\n47110,{Api.NewEmail()}\n");
        var id = await desk.Database.QueryAsync<string>("SELECT legacy_id FROM users WHERE legacy_id LIKE '%:4711'");
        var (admin, support) = (await desk.SignInAsAsync(Role.Admin), await desk.SignInAsAsync(Role.Support));

        var found = await FindAsync(admin, id);

        found.Should().Equal(id);
        (await FindAsync(support, id)).Should().Equal(id);
        (await FindAsync(admin, id[..^1])).Should().BeEmpty();
    }

    [Fact]
    public async Task People_see_their_own_old_id_and_a_clinics_staff_that_of_the_clinic()
    {
        var person = await desk.Api.RegisterAsync();
        var clinic = await desk.OpenClinicAsync();
        await desk.Database.ExecuteAsync("UPDATE users SET legacy_id = 'old:own' WHERE id = @id", ("id", person.UserId));
        await desk.Database.ExecuteAsync("UPDATE tenants SET legacy_id = 'old:clinic' WHERE id = @id", ("id", clinic.Id));
        var admin = await desk.SignInAsAsync(Role.Admin);

        (await (await desk.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200))["legacy_id"]!.GetValue<string>().Should()
            .Be("old:own");
        (await (await desk.Api.GetAsync($"users/{person.UserId}", person.AccessToken)).ShouldBeAsync(200))["legacy_id"]!.GetValue<string>()
            .Should().Be("old:own");
        (await (await desk.Api.GetAsync($"tenants/{clinic.Id}", admin.AccessToken)).ShouldBeAsync(200))["legacy_id"]!.GetValue<string>()
            .Should().Be("old:clinic");
    }

    [Theory]
    [InlineData("north", "North Pool", "North Pool")]
    [InlineData("yes", "כן", "private")]
    [InlineData("no", "לא", null)]
    public async Task A_private_pool_keeps_its_name_and_is_searched_for_by_it(string row, string value, string? name)
    {
        var email = Api.NewEmail();
        var file = await desk.WriteAsync(
            $"{row}.csv", $"physician_id,physician_name,email,vendor_id,vendor_name,private_pool\n{row},Noa,{email},1,North,{value}\n");
        await desk.ImportAsync(ImportDesk.Physicians(file));
        var admin = await desk.SignInAsAsync(Role.Admin);
        var user = await desk.Database.QueryAsync<Guid>("SELECT id FROM users WHERE normalized_email = @email", ("email", email));

        var called = Uri.EscapeDataString((name ?? "no such").ToUpperInvariant());
        var listed =
            (await (await desk.Api.GetAsync($"physicians?private_pool={called}", admin.AccessToken)).ShouldBeAsync(200))["items"]!
                .AsArray();

        listed.Any(item => item!["user_id"]!.GetValue<Guid>() == user).Should().Be(name is not null);
        listed.Select(item => (string?)item!["private_pool"]).Should().AllBe(name);
    }

    [Theory]
    [InlineData("", "email,name,link,expires_at,legacy_id", 5)]
    [InlineData("email,name,link,expires_at\n", "email,name,link,expires_at", 4)]
    public async Task A_file_of_links_names_the_old_ids_unless_a_former_version_began_it(string begun, string header, int columns)
    {
        var links = await desk.WriteAsync($"links{columns}.csv", begun);
        File.SetUnixFileMode(links, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var from = await desk.WriteAsync($"linked{columns}.csv", $"id,email\nlinked{columns},{Api.NewEmail()}\n");

        await desk.ImportAsync(ImportDesk.Users(from) with { LinksOut = links });

        var lines = await File.ReadAllLinesAsync(links);
        lines[0].Should().Be(header);
        lines[1].Split(',').Should().HaveCount(columns);
        lines[1].EndsWith($",old:linked{columns}", StringComparison.Ordinal).Should().Be(columns == 5);
    }

    private async Task<IEnumerable<string>> FindAsync(SignedIn staff, string id) =>
        (await (await desk.Api.GetAsync($"users?search={Uri.EscapeDataString(id)}", staff.AccessToken)).ShouldBeAsync(200))["items"]!
            .AsArray().Select(item => item!["legacy_id"]!.GetValue<string>());
}
