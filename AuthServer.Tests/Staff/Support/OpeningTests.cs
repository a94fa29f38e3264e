using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Support;

public sealed class OpeningTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Fields = [
        "id", "email", "username", "full_name", "locale", "status", "email_verified", "created_at", "last_login_at", "is_locked",
        "locked_until"];

    [Fact]
    [Trait("ASVS", "8.2.3")]
    public async Task Opening_shows_the_whole_address_and_nothing_that_is_secret()
    {
        var support = await server.SignInAsAsync(Role.Support);
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi", username = "opened.1", locale = "he" });

        var opened = await OpenAsync(support, person);

        opened.AsObject().Select(member => member.Key).Should().BeEquivalentTo(Fields);
        opened["id"]!.GetValue<Guid>().Should().Be(person.UserId);
        opened["email"]!.GetValue<string>().Should().Be(person.Email);
        opened["full_name"]!.GetValue<string>().Should().Be("Dana Levi");
        opened["status"]!.GetValue<string>().Should().Be("active");
        opened["is_locked"]!.GetValue<bool>().Should().BeFalse();
    }

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task Each_opening_is_on_record_with_who_whom_and_why()
    {
        var support = await server.SignInAsAsync(Role.Support);
        var person = await server.Api.RegisterAsync();

        await OpenAsync(support, person, "  Called; forgot the address  ");
        await OpenAsync(support, person, "Called again");

        (await server.Database.QueryAsync<string>(
            "SELECT string_agg(detail, '|' ORDER BY id) FROM audit_events WHERE type = 'user.opened' AND subject_id = @id AND actor_id = "
                + "@actor AND session_id = @session AND tenant_id IS NULL",
            ("id", person.UserId), ("actor", support.UserId), ("session", support.SessionId))).Should()
                .Be("Called; forgot the address|Called again");
    }

    [Theory]
    [InlineData(Role.Admin)]
    [InlineData(Role.Support)]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_opens_no_staff_and_the_attempt_is_on_record(string role)
    {
        var support = await server.SignInAsAsync(Role.Support);
        var colleague = await server.SignInAsAsync(role);

        foreach (var person in new[] { colleague, support })
        {
            await (await PostAsync(support, person.UserId)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
            (await server.AuditedAsync("user.opened", person)).Should().Be(0);
        }

        (await server.Database.QueryAsync<string>(
            "SELECT reason || ' ' || detail FROM audit_events WHERE type = 'staff.refused' AND outcome = 'failure' AND subject_id = @id "
                + "AND actor_id = @actor",
            ("id", colleague.UserId), ("actor", support.UserId))).Should().Be("forbidden user.opened");
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Support_opens_nobody_who_is_staff_of_a_tenant()
    {
        var clinic = (await server.OpenClinicAsync()).Id;
        var support = await server.SignInAsAsync(Role.Support);

        foreach (var role in new[] { Role.Admin, Role.Support })
        {
            await (await PostAsync(support, (await server.SignInAtAsync(clinic, role)).UserId)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }
    }

    [Theory]
    [InlineData(Role.Patient)]
    [InlineData(Role.Physician)]
    [InlineData(Role.Support)]
    [InlineData(Role.Admin)]
    public async Task An_administrator_opens_anybody(string role)
    {
        var (admin, person) = (await server.SignInAsAsync(Role.Admin), await server.SignInAsAsync(role));

        (await OpenAsync(admin, person))["email"]!.GetValue<string>().Should().Be(person.Email);
        (await server.AuditedAsync("user.opened", person)).Should().Be(1);
    }

    [Theory]
    [InlineData(Role.Support)]
    [InlineData(Role.Admin)]
    [Trait("ASVS", "8.4.1")]
    public async Task For_staff_of_a_tenant_nobody_exists_outside_of_it(string role)
    {
        var (clinic, other) = ((await server.OpenClinicAsync()).Id, (await server.OpenClinicAsync()).Id);
        var staff = await server.SignInAtAsync(clinic, role);
        var (patient, stranger, nobodys) = (await server.SignInAtAsync(clinic, Role.Patient),
            await server.SignInAtAsync(other, Role.Patient), await server.Api.RegisterAsync());

        (await OpenAsync(staff, patient))["email"]!.GetValue<string>().Should().Be(patient.Email);
        foreach (var outsider in new[] { stranger, nobodys, await server.SignInAsAsync(Role.Admin) })
        {
            await (await PostAsync(staff, outsider.UserId)).ShouldBeProblemAsync(ErrorCodes.NotFound);
            (await server.AuditedAsync("staff.refused", outsider, "failure")).Should().Be(0);
        }

        (await server.Database.QueryAsync<Guid>(
            "SELECT tenant_id FROM audit_events WHERE type = 'user.opened' AND subject_id = @id", ("id", patient.UserId))).Should()
                .Be(clinic);
    }

    [Theory]
    [InlineData("{0:B}")]
    [InlineData("{0:N}")]
    [InlineData("{0:D}0")]
    [InlineData("%25")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("' or 1=1--")]
    [Trait("ASVS", "8.2.2")]
    public async Task An_id_of_another_kind_is_nobody(string form)
    {
        var (admin, person) = (await server.SignInAsAsync(Role.Admin), await server.Api.RegisterAsync());
        var id = string.Format(null, System.Text.CompositeFormat.Parse(form), person.UserId);

        await (await server.Api.PostAsync($"users/{id}/open", new { reason = "A good one" }, admin.AccessToken)).ShouldBeProblemAsync(
            ErrorCodes.NotFound);
        await (await PostAsync(admin, person.SessionId)).ShouldBeProblemAsync(ErrorCodes.NotFound);
    }

    public static TheoryData<string> UnfitReasons => new(
        "{}", """{"reason":null}""", """{"reason":""}""", """{"reason":"   "}""", """{"reason":" ab "}""", """{"reason":"why\u0000not"}""",
        """{"reason":"why\nnot"}""",
        """{"reason":"\u202Ewhy"}""", """{"reason":"\ud800why"}""", """{"reason":7}""", $$"""{"reason":"{{new string('x', 501)}}"}""",
        $$"""{"reason":"{{new string('x', 10_000)}}"}""");

    [Theory]
    [MemberData(nameof(UnfitReasons))]
    public async Task Without_a_proper_reason_nothing_is_opened(string body)
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());

        var response = await server.Api.PostAsync($"users/{person.UserId}/open", body, support.AccessToken);

        ((int)response.StatusCode).Should().Be(400);
        (await response.Content.ReadAsStringAsync()).Should().NotContain(person.Email);
        (await server.AuditedAsync("user.opened", person)).Should().Be(0);
    }

    [Fact]
    public async Task A_reason_of_five_hundred_characters_is_kept_whole_and_as_text()
    {
        var (support, person) = (await server.SignInAsAsync(Role.Support), await server.Api.RegisterAsync());
        var reason = "';drop table users;-- %_$$ <b>שלום</b> 😀".PadRight(500, 'x');

        await OpenAsync(support, person, reason);

        (await server.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE type = 'user.opened' AND subject_id = @id", ("id", person.UserId))).Should().Be(reason);
    }

    private Task<HttpResponseMessage> PostAsync(SignedIn staff, Guid id, string reason = "Asked for help by phone") =>
        server.Api.PostAsync($"users/{id}/open", new { reason }, staff.AccessToken);

    private async Task<JsonNode> OpenAsync(SignedIn staff, SignedIn person, string reason = "Asked for help by phone") =>
        await (await PostAsync(staff, person.UserId, reason)).ShouldBeAsync(200);
}
