using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Users;

public sealed class UserListTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_list_tells_who_people_are()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var person = await server.Api.RegisterAsync(more: new { full_name = "Noa Levi", username = "noa.lists", locale = "he" });
        await server.JoinAsync(person.UserId, clinic.Id, Role.Physician);

        var page = await server.ListPeopleAsync(admin, "?limit=1");

        page["items"]![0]!["id"]!.GetValue<Guid>().Should().Be(person.UserId, "the newest comes first");
        var item = page["items"]![0]!;
        item["email"]!.GetValue<string>().Should().Be(person.Email);
        item["full_name"]!.GetValue<string>().Should().Be("Noa Levi");
        item["username"]!.GetValue<string>().Should().Be("noa.lists");
        item["locale"]!.GetValue<string>().Should().Be("he");
        item["roles"]!.ToJsonString().Should().Be("""["patient"]""");
        item["memberships"]![0]!["tenant"]!["slug"]!.GetValue<string>().Should().Be(clinic.Slug);
        item["memberships"]![0]!["role"]!.GetValue<string>().Should().Be("physician");
        item["status"]!.GetValue<string>().Should().Be("active");
        item["email_verified"]!.GetValue<bool>().Should().BeFalse();
        item["last_login_at"].Should().NotBeNull();
        item.ToJsonString().Should().NotContain("password").And.NotContain("stamp");
        page["total_is_exact"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task Pages_hold_everybody_once_by_number_and_by_cursor()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var all = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            all.Add((await server.SignInAtAsync(clinic.Id, Role.Patient)).UserId);
        }

        (await JsonPages.ReadFiveAsync(query => server.ListPeopleAsync(admin, $"?tenant={clinic.Slug}&{query}"))).Should()
            .Equal(all.AsEnumerable().Reverse());
    }

    [Theory]
    [InlineData("Searched", 1)]
    [InlineData("SEARCHED", 1)]
    [InlineData("dana searched", 1)]
    [InlineData("arched.per", 1)]
    [InlineData("@search.example", 1)]
    [InlineData("50%_of", 1)]
    [InlineData("50%", 1)]
    [InlineData("50_", 0)]
    [InlineData("5%f", 0)]
    [InlineData("a\\b'c\"d", 1)]
    [InlineData("a\\\\b", 0)]
    [InlineData("שרה", 1)]
    [InlineData("שר", 1)]
    [InlineData("x", 1)]
    [InlineData("xq", 1)]
    [InlineData("q7", 0)]
    [InlineData("d'", 1)]
    [InlineData("' OR 1=1--", 0)]
    [InlineData("nobody is called so", 0)]
    public async Task Searching_finds_parts_of_what_people_are_called_literally(string search, int found)
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var person = await PersonOfManyNamesAsync();

        var page = await server.ListPeopleAsync(admin, $"?search={Uri.EscapeDataString(search)}&tenant={person.Slug}");

        page.Ids().Count(id => id == person.Id).Should().Be(found);
        page["total"]!.GetValue<int>().Should().Be(found);
    }

    [Theory]
    [InlineData("search=%25", "search")]
    [InlineData("search=__", "search")]
    [InlineData("search=%27%22", "search")]
    [InlineData("search=a%00b", "search")]
    [InlineData("search=a%0ab", "search")]
    [InlineData("role=root", "role")]
    [InlineData("role=Admin", "role")]
    [InlineData("role=", "role")]
    [InlineData("role=1", "role")]
    [InlineData("status=deleted", "status")]
    [InlineData("status=0", "status")]
    [InlineData("tenant=%00", "tenant")]
    [InlineData("skip=-1", "skip")]
    [InlineData("skip=1000000000", "skip")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    public async Task What_cannot_be_asked_for_is_named(string query, string field)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.Api.GetAsync("users?" + query, admin.AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
    }

    [Fact]
    public async Task What_is_wrong_with_the_page_and_with_the_filter_is_told_at_once()
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var answer = await server.Api.GetAsync("users?limit=0&status=deleted", admin.AccessToken);

        var problem = await answer.ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().BeEquivalentTo("limit", "status");
    }

    [Fact]
    public async Task A_search_of_five_kilobytes_is_refused()
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await server.Api.GetAsync($"users?search={new string('a', 5_000)}", admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        ((int)(await server.Api.GetAsync($"users?search={new string('a', 10_000)}", admin.AccessToken)).StatusCode).Should()
            .BeInRange(400, 499);
    }

    [Fact]
    public async Task Filters_find_what_people_are_and_in_what_state()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var physician = await server.SignInAtAsync(clinic.Id, Role.Physician);
        var support = await server.SignInAtAsync(clinic.Id, Role.Support);
        var disabled = await server.SignInAtAsync(clinic.Id, Role.Patient);
        var invited = await server.SignInAtAsync(clinic.Id, Role.Patient);
        var platformSupport = await server.SignInAsAsync(Role.Support);
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", disabled.UserId));
        await server.Database.ExecuteAsync(
            "UPDATE users SET invited_at = now(), password_hash = NULL WHERE id = @id", ("id", invited.UserId));

        (await server.ListPeopleAsync(admin, "?role=support&limit=100"))
            .Ids()
            .Should()
            .Contain([support.UserId, platformSupport.UserId]).And
            .NotContain(physician.UserId);
        (await server.ListPeopleAsync(admin, $"?role=physician&tenant={clinic.Slug}")).Ids().Should().Equal(physician.UserId);
        (await server.ListPeopleAsync(admin, $"?role=support&tenant={clinic.Slug}&status=active")).Ids().Should().Equal(support.UserId);
        (await server.ListPeopleAsync(admin, $"?status=disabled&tenant={clinic.Slug}")).Ids().Should().Equal(disabled.UserId);
        (await server.ListPeopleAsync(admin, $"?status=invited&tenant={clinic.Slug}")).Ids().Should().Equal(invited.UserId);
        (await server.ListPeopleAsync(admin, $"?status=active&tenant={clinic.Slug}"))
            .Ids()
            .Should()
            .Equal(support.UserId, physician.UserId);
        (await server.ListPeopleAsync(admin, $"?search={Uri.EscapeDataString(support.Email)}&role=support&status=active"))
            .Ids()
            .Should()
            .Equal(support.UserId);
        (await server.ListPeopleAsync(admin, "?tenant=no-such-clinic"))["total"]!.GetValue<int>().Should().Be(0);
    }

    [Fact]
    public async Task Beyond_five_hundred_the_number_is_a_least_and_pages_still_hold_everybody_once()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var clinic = await server.OpenClinicAsync();
        var template = await server.SignInAtAsync(clinic.Id, Role.Patient);
        await server.Database.ExecuteAsync("""
            WITH made AS (
                INSERT INTO users (id, email, normalized_email, email_confirmed, status, token_version, created_at, phone_number_confirmed,
                    two_factor_enabled, lockout_enabled, access_failed_count)
                SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, name, name, true, 'active', 1, now(),
                    false, false, false, 0
                FROM generate_series(1, 600) AS n, LATERAL (SELECT 'crowd' || n || '@example.com' AS name) AS names RETURNING id)
            INSERT INTO memberships SELECT id, @tenant, 'patient', now() FROM made
            """, ("tenant", clinic.Id));

        foreach (var query in new[]
        {
            $"?tenant={clinic.Slug}&role=patient",
            "?search=crowd",
            "?search=crowd&status=active",
            "?role=patient"
        })
        {
            var first = await server.ListPeopleAsync(admin, query + "&skip=500&limit=50");
            var second = await server.ListPeopleAsync(admin, $"{query}&limit=50&after={first["next"]}");

            first["total_is_exact"]!.GetValue<bool>().Should().BeFalse();
            first["total"]!.GetValue<int>().Should().Be(500);
            first.Ids().Concat(second.Ids()).Should().HaveCount(100).And.OnlyHaveUniqueItems();
            second.Ids().First().CompareTo(first.Ids().Last()).Should().BeNegative();
        }

        (await server.ListPeopleAsync(admin, $"?tenant={clinic.Slug}&limit=1")).Ids().Should().Equal(template.UserId);
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task Staff_of_a_tenant_find_its_people_and_nobody_else_and_nothing_of_other_tenants()
    {
        var (ours, theirs) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var admin = await server.SignInAtAsync(ours.Id, Role.Admin);
        var shared = await server.SignInAtAsync(ours.Id, Role.Patient);
        await server.JoinAsync(shared.UserId, theirs.Id, Role.Physician);
        var stranger = await server.SignInAtAsync(theirs.Id, Role.Patient);

        (await server.ListPeopleAsync(admin)).Ids().Should().Equal(shared.UserId, admin.UserId);
        (await server.ListPeopleAsync(admin))["total"]!.GetValue<int>().Should().Be(2);
        (await server.ListPeopleAsync(admin))["items"]![0]!["memberships"]!
            .ToJsonString()
            .Should()
            .Contain(ours.Slug).And
            .NotContain(theirs.Slug);
        foreach (var query in new[]
        {
            $"search={Uri.EscapeDataString(stranger.Email)}",
            $"tenant={theirs.Slug}",
            $"tenant={theirs.Slug}&role=physician",
            "role=physician",
            $"status=active&search={Uri.EscapeDataString(stranger.Email)}"
        })
        {
            (await server.ListPeopleAsync(admin, "?" + query))["total"]!.GetValue<int>().Should().Be(0, query);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.3")]
    public async Task Support_sees_addresses_masked_and_administrators_see_them()
    {
        var support = await server.SignInAsAsync(Role.Support);
        var person = await server.Api.RegisterAsync();

        var page = await server.ListPeopleAsync(support, $"?search={Uri.EscapeDataString(person.Email)}");
        var record = await (await server.Api.GetAsync($"users/{person.UserId}", support.AccessToken)).ShouldBeAsync(200);

        page["items"]![0]!["email"]!.GetValue<string>().Should().Be("p•••@example.com");
        record["email"]!.GetValue<string>().Should().Be("p•••@example.com");
    }

    [Theory]
    [Trait("ASVS", "8.2.3")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Support_guesses_no_address_letter_by_letter_and_finds_a_whole_one_and_names(bool isOfATenant)
    {
        var clinic = await server.OpenClinicAsync();
        var support = isOfATenant ? await server.SignInAtAsync(clinic.Id, Role.Support) : await server.SignInAsAsync(Role.Support);
        var email = $"hidden.{Guid.NewGuid():N}@oracle.example";
        var person = await server.Api.RegisterAsync(email, more: new { full_name = "Miriam Oracle", username = $"seer{Guid.NewGuid():N}" });
        await server.JoinAsync(person.UserId, clinic.Id, Role.Patient);

        for (var length = 1; length < email.Length; length++)
        {
            (await FoundAsync(email[..length])).Should().NotContain(person.UserId, email[..length]);
            (await FoundAsync(email[length..])).Should().NotContain(person.UserId, email[length..]);
        }

        (await FoundAsync(email)).Should().Equal(person.UserId);
        (await FoundAsync($" {email.ToUpperInvariant()} ")).Should().Equal(person.UserId);
        (await FoundAsync("miriam orac")).Should().Equal(person.UserId);
        (await FoundAsync("seer")).Should().Equal(person.UserId);
        (await FoundAsync("mi")).Should().Equal(person.UserId);

        async Task<IEnumerable<Guid>> FoundAsync(string search) =>
            (await server.ListPeopleAsync(support, $"?limit=100&tenant={clinic.Slug}&search={Uri.EscapeDataString(search)}")).Ids();
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData(Role.Patient)]
    [InlineData(Role.Physician)]
    public async Task Whoever_is_not_of_the_staff_lists_nobody(string role)
    {
        var person = await server.SignInAsAsync(role);

        await (await server.Api.GetAsync("users", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await server.Api.GetAsync("users")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
    }

    private async Task<(Guid Id, string Slug)> PersonOfManyNamesAsync()
    {
        var clinic = await server.OpenClinicAsync();
        var email = $"searched.person{Guid.NewGuid():N}@search.example";
        var person = await server.Api.RegisterAsync(email, more: new { full_name = """Dana Searched 50%_off a\b'c"d שרה Xq""" });
        await server.JoinAsync(person.UserId, clinic.Id, Role.Patient);
        return (person.UserId, clinic.Slug);
    }
}
