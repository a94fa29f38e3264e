using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Tenants;

public sealed class TenantTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_tenant_is_made_with_what_was_not_said_at_its_defaults()
    {
        var (admin, slug) = (await server.SignInAsAsync(Role.Admin), Clinics.NewSlug());

        var response =
            await server.Api.PostAsync(
                "tenants", new { slug, name = " Heart Clinic ", settings = new { locale = "he", session_idle_minutes = 15 } },
                admin.AccessToken);

        var made = await response.ShouldBeAsync(201);
        response.Headers.Location!.ToString().Should().Be($"/api/v1/tenants/{made["id"]}");
        made["settings"]!.ToJsonString().Should().Be(
            """{"self_registration":false,"require_verified_email":false,"require_mfa":false,"mail_sender_name":"""
                + """null,"locale":"he","app_url":null,"session_idle_minutes":15,"session_absolute_minutes":null}""");
        (made["slug"]!.ToString(), made["name"]!.ToString(), made["status"]!.ToString(), made["members"]!.GetValue<int>()).Should()
            .Be((slug, "Heart Clinic", "active", 0));
        (await (await server.Api.GetAsync($"tenants/{made["id"]}", admin.AccessToken)).ShouldBeAsync(200))
            .ToJsonString()
            .Should()
            .Be(made.ToJsonString());
        (await AuditAsync("tenant.created", made["id"]!.GetValue<Guid>(), admin)).Should().Be($"slug: {slug}");
    }

    [Theory]
    [Trait("ASVS", "2.2.1")]
    [InlineData("ACME")]
    [InlineData("a")]
    [InlineData("-acme")]
    [InlineData("acme-")]
    [InlineData("ac_me")]
    [InlineData("ac me")]
    [InlineData("acme\n")]
    [InlineData("acme\0")]
    [InlineData("")]
    [InlineData("\u0430cme")]
    [InlineData("acm\u00e9")]
    [InlineData("\u0661\u0662")]
    [InlineData("' OR 1=1--")]
    public async Task A_slug_has_one_spelling(string slug)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        var problem =
            await (await server.Api.PostAsync("tenants", new { slug, name = "Acme" }, admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal("slug");
    }

    [Theory]
    [InlineData(2, 201)]
    [InlineData(63, 201)]
    [InlineData(64, 400)]
    [InlineData(10_000, 400)]
    public async Task A_slug_is_as_long_as_the_name_of_a_host(int length, int status)
    {
        var admin = await server.SignInAsAsync(Role.Admin);

        await (await server.Api.PostAsync(
            "tenants", new { slug = new string('x', length), name = "Long" }, admin.AccessToken)).ShouldBeAsync(status);
    }

    [Fact]
    public async Task Of_sixteen_who_want_one_slug_at_once_one_gets_it()
    {
        var (admin, slug) = (await server.SignInAsAsync(Role.Admin), Clinics.NewSlug());

        var answers =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 16).Select(number => server.Api.PostAsync("tenants", new { slug, name = $"Number {number}" }, admin.AccessToken)));

        answers.Count(answer => (int)answer.StatusCode == 201).Should().Be(1);
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode != 201))
        {
            await refused.ShouldBeProblemAsync(ErrorCodes.SlugTaken);
        }
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task The_administrator_of_a_tenant_changes_name_and_settings_and_null_clears_in_a_merge_patch()
    {
        var clinic = await server.OpenClinicAsync(new { locale = "he", self_registration = true, mail_sender_name = "Old" });
        var admin = await server.SignInAtAsync(Role.Admin, clinic);

        var changed =
            await (await PatchAsync(
                admin, clinic,
                """{"name":"New name","settings":{"locale":null,"require_verified_email":true,"session_absolute_minutes":60}}"""))
                .ShouldBeAsync(200);
        await (await PatchAsync(admin, clinic, """{"name":"New name"}""")).ShouldBeAsync(200);
        var reset = await (await PatchAsync(admin, clinic, """{"settings":null}""")).ShouldBeAsync(200);

        changed["name"]!.GetValue<string>().Should().Be("New name");
        changed["members"]!.GetValue<int>().Should().Be(1);
        changed["settings"]!.ToJsonString().Should().Be(
            """{"self_registration":true,"require_verified_email":true,"require_mfa":"""
                + """false,"mail_sender_name":"Old","locale":null,"app_url":null"""
                + ""","session_idle_minutes":null,"session_absolute_minutes":60}""");
        reset["settings"]!.ToJsonString().Should().Be(
            """{"self_registration":false,"require_verified_email":false,"require_mfa":false,"mail_sender_name":"""
                + """null,"locale":null,"app_url":null,"session_idle_minutes":null,"session_absolute_minutes":null}""");
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE type = 'tenant.changed' AND tenant_id = @id", ("id", clinic.Id))).Should().Be(2);
        (await server.Database.QueryAsync<string>(
            "SELECT detail FROM audit_events WHERE type = 'tenant.changed' AND tenant_id = @id ORDER BY id LIMIT 1", ("id", clinic.Id)))
            .Should().Be(
                $"name: \"The {clinic.Slug}\" -> \"New name\", require_verified_email: false -> true, locale: \"he\" -> null, "
                + "session_absolute_minutes: null -> 60");
    }

    [Theory]
    [Trait("ASVS", "2.2.1")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"a\nb"}""", "name")]
    [InlineData("""{"name":"\u202Eab"}""", "name")]
    [InlineData("""{"settings":{"session_idle_minutes":0}}""", "settings.session_idle_minutes")]
    [InlineData("""{"settings":{"session_idle_minutes":4}}""", "settings.session_idle_minutes")]
    [InlineData("""{"settings":{"session_idle_minutes":-5}}""", "settings.session_idle_minutes")]
    [InlineData("""{"settings":{"session_idle_minutes":525601}}""", "settings.session_idle_minutes")]
    [InlineData("""{"settings":{"session_idle_minutes":1.5}}""", "settings.session_idle_minutes")]
    [InlineData("""{"settings":{"session_idle_minutes":99999999999999}}""", "settings.session_idle_minutes")]
    [InlineData("""{"settings":{"session_absolute_minutes":"60"}}""", "settings.session_absolute_minutes")]
    [InlineData("""{"settings":{"session_absolute_minutes":59}}""", "settings.session_absolute_minutes")]
    [InlineData("""{"settings":{"session_absolute_minutes":89}}""", "settings.session_absolute_minutes")]
    [InlineData("""{"settings":{"session_idle_minutes":99,"session_absolute_minutes":98}}""", "settings.session_absolute_minutes")]
    [InlineData("""{"settings":{"locale":"english, please"}}""", "settings.locale")]
    [InlineData("""{"settings":{"mail_sender_name":"A\r\nBcc: eve@example.org"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"security@example.com"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Clinic <security"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Clinic> now"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"The \"Clinic\""}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"The\\Clinic"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"https://evil.example"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"WWW.evil.example"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"app_url":"http://app.example.com/"}}""", "settings.app_url")]
    [InlineData("""{"settings":{"app_url":"javascript:alert(1)"}}""", "settings.app_url")]
    [InlineData("""{"settings":{"app_url":"//app.example.com"}}""", "settings.app_url")]
    [InlineData("""{"settings":{"app_url":"https://app.example.com@evil.example/"}}""", "settings.app_url")]
    [InlineData("""{"settings":{"mail_sender_name":"security＠authserver.com"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"billing﹫north.example"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"north．example"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"north。example"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"AuthServer"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Ａｕｔｈ Ｓｅｒｖｅｒ"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Account Security"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Ѕеcurіtу team"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Sécur1ty"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"Sec\u200Durity"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"no-reply"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"צוות אבטחה"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"\u202Eclinic"}}""", "settings.mail_sender_name")]
    [InlineData("""{"settings":{"mail_sender_name":"!!!"}}""", "settings.mail_sender_name")]
    [InlineData("""{"name":"\u202EclinicN"}""", "name")]
    [InlineData("""{"settings":{"require_mfa":true}}""", "settings.require_mfa")]
    [InlineData("""{"settings":{"self_registration":"yes"}}""", "settings.self_registration")]
    [InlineData("""{"settings":[]}""", "settings")]
    public async Task A_field_that_is_not_acceptable_is_named_and_nothing_changes(string body, string field)
    {
        var clinic = await server.OpenClinicAsync(new { session_idle_minutes = 90 });
        var (admin, before) = (await server.SignInAtAsync(Role.Admin, clinic), await RowAsync(clinic));

        var problem = await (await PatchAsync(admin, clinic, body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        (await RowAsync(clinic)).Should().Be(before);
    }

    [Theory]
    [Trait("ASVS", "15.3.3")]
    [InlineData("""{"slug":"other"}""", "slug")]
    [InlineData("""{"status":"suspended"}""", "status")]
    [InlineData("""{"id":"0195b1f0-3c5d-7a1b-8e2f-4d6c8b0a1e3f"}""", "id")]
    [InlineData("""{"settings":{"plan":"free"}}""", "settings.plan")]
    [InlineData("""{"settings":{"locale":"he","locale":"en"}}""", "settings.locale")]
    public async Task The_slug_the_status_and_what_nobody_knows_cannot_be_set(string body, string field)
    {
        var clinic = await server.OpenClinicAsync();
        var (admin, before) = (await server.SignInAtAsync(Role.Admin, clinic), await RowAsync(clinic));

        var problem = await (await PatchAsync(admin, clinic, body)).ShouldBeProblemAsync(ErrorCodes.UnknownField);

        problem.InvalidFields().Should().Equal(field);
        (await RowAsync(clinic)).Should().Be(before);
    }

    [Fact]
    public async Task Names_in_any_script_are_kept_and_those_of_ten_thousand_letters_are_not()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);

        var renamed = await (await PatchAsync(admin, clinic, """{"name":"מרפאת הלב \"100%\" 🩺"}""")).ShouldBeAsync(200);

        renamed["name"]!.GetValue<string>().Should().Be("מרפאת הלב \"100%\" 🩺");
        await (await PatchAsync(admin, clinic, $$"""{"name":"{{new string('x', 10_000)}}"}""")).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);
        await (await PatchAsync(
            admin, clinic, $$$"""{"settings":{"mail_sender_name":"{{{new string('x', 10_000)}}}"}}""")).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task The_name_that_mails_come_from_is_kept_in_any_script()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);

        var changed =
            await (await PatchAsync(
                admin, clinic,
                """
                {"settings":{"mail_sender_name":"מרפאת ״הלב״ & Co. (O'Hara)","session_idle_minutes":5,
                "session_absolute_minutes":60}}
                """))
                .ShouldBeAsync(200);

        changed["settings"]!["mail_sender_name"]!.GetValue<string>().Should().Be("מרפאת ״הלב״ & Co. (O'Hara)");
    }

    [Fact]
    public async Task A_second_factor_that_was_required_before_that_was_refused_is_shown_and_stays_until_it_is_taken_back()
    {
        var clinic = await server.OpenClinicAsync(new { require_mfa = true });
        var admin = await server.SignInAtAsync(Role.Admin, clinic);

        var kept = await (await PatchAsync(admin, clinic, """{"settings":{"locale":"he"}}""")).ShouldBeAsync(200);
        var gone = await (await PatchAsync(admin, clinic, """{"settings":{"require_mfa":false}}""")).ShouldBeAsync(200);

        (kept["settings"]!["require_mfa"]!.GetValue<bool>(), gone["settings"]!["require_mfa"]!.GetValue<bool>()).Should().Be((true, false));
        await (await server.Api.PostAsync(
            "tenants", new { slug = Clinics.NewSlug(), name = "North", settings = new { require_mfa = true } },
            (await server.SignInAsAsync(Role.Admin)).AccessToken)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
    }

    [Fact]
    public async Task Two_who_change_different_settings_at_once_both_have_their_way()
    {
        var clinic = await server.OpenClinicAsync();
        var admin = await server.SignInAtAsync(Role.Admin, clinic);
        string[] changes =
        [
            """{"name":"Raced"}""", """{"settings":{"self_registration":true}}""", """{"settings":{"require_verified_email":true}}""",
                """{"settings":{"locale":"he"}}""",
            """{"settings":{"mail_sender_name":"Raced"}}""", """{"settings":{"session_idle_minutes":15}}""",
                """{"settings":{"session_absolute_minutes":500}}""",
        ];

        var answers = await Task.WhenAll(changes.Select(change => PatchAsync(admin, clinic, change)));

        answers.Should().OnlyContain(answer => answer.IsSuccessStatusCode);
        var tenant = await (await server.Api.GetAsync($"tenants/{clinic.Id}", admin.AccessToken)).ShouldBeAsync(200);
        tenant["name"]!.GetValue<string>().Should().Be("Raced");
        tenant["settings"]!.ToJsonString().Should().Be(
            """{"self_registration":true,"require_verified_email":true,"require_mfa":"""
                + """false,"mail_sender_name":"Raced","locale":"he","app_url":null"""
                + ""","session_idle_minutes":15,"session_absolute_minutes":500}""");
    }

    private Task<HttpResponseMessage> PatchAsync(SignedIn person, Clinic clinic, string body) =>
        server.Api.MergeAsync($"tenants/{clinic.Id}", body, person.AccessToken);

    private Task<string> RowAsync(Clinic clinic) =>
        server.Database.QueryAsync<string>("SELECT t::text FROM tenants t WHERE id = @id", ("id", clinic.Id));

    private Task<string> AuditAsync(string type, Guid tenant, SignedIn actor) => server.Database.QueryAsync<string>(
        "SELECT detail FROM audit_events WHERE type = @type AND tenant_id = @tenant AND actor_id = @actor AND session_id = @session",
        ("type", type), ("tenant", tenant), ("actor", actor.UserId), ("session", actor.SessionId));
}
