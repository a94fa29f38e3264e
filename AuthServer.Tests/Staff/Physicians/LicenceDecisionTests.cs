using System.Text.Json.Nodes;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Staff.Physicians;

public sealed class LicenceDecisionTests(LicenceDecisionTests.Fixture server) : IClassFixture<LicenceDecisionTests.Fixture>
{
    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_verified_licence_brings_the_role_to_live_sessions_within_a_second_on_every_replica()
    {
        var physician = await server.RegisterPhysicianAsync();

        var profile = await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify")).ShouldBeAsync(200);

        (profile["status"]!.GetValue<string>(), State(profile)).Should().Be(("verified", "verified"));
        profile["licences"]![0]!["verified_at"]!
            .GetValue<DateTimeOffset>()
            .Should()
            .BeCloseTo(server.Clock.GetUtcNow(), TimeSpan.FromMinutes(1));
        (await server.RefusedAsync(physician, server.Other)).Roles().Should().Equal("physician");
        (await server.Database.QueryAsync<Guid>("SELECT verified_by FROM licences WHERE id = @id", ("id", physician.LicenceId()))).Should()
            .Be(server.Admin.UserId);
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_suspended_licence_takes_the_role_from_live_sessions_and_reinstating_gives_it_back()
    {
        var physician = await server.VerifiedPhysicianAsync();

        State(await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "suspend")).ShouldBeAsync(200)).Should()
            .Be("suspended");
        var suspended = await server.RefusedAsync(physician, server.Other);
        State(await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "reinstate")).ShouldBeAsync(200)).Should()
            .Be("verified");
        var reinstated = await server.RefusedAsync(suspended, server.Other);

        suspended.Roles().Should().BeEmpty();
        reinstated.Roles().Should().Equal("physician");
        (await (await server.Api.GetAsync("physicians/me", reinstated.AccessToken)).ShouldBeAsync(200))["licences"]![0]!["reason"].Should()
            .BeNull();
    }

    [Fact]
    public async Task A_rejected_licence_goes_back_with_the_reason_and_nobody_has_to_refresh()
    {
        var physician = await server.RegisterPhysicianAsync();

        await (await server.Api.DecideAsync(
            server.Admin, physician.PhysicianId(), "reject", new { reason = " The name is another one. " })).ShouldBeAsync(200);

        var licence = (await (await server.Api.GetAsync("physicians/me", physician.AccessToken)).ShouldBeAsync(200))["licences"]![0]!;
        (licence["state"]!.GetValue<string>(), licence["reason"]!.GetValue<string>()).Should()
            .Be(("unverified", "The name is another one."));
    }

    [Fact]
    public async Task A_licence_is_renewed_before_it_ends_and_the_physician_stays_one_meanwhile()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.SetLicenceAsync(physician, "verified", server.Today().AddDays(5));
        physician = await server.Api.LoginAsync(physician.Email);

        var renewed =
            await (await server.Api.DecideAsync(
                server.Admin, physician.PhysicianId(), "verify",
                new { licence_id = physician.LicenceId(), expires_on = server.Today().AddYears(2) })).ShouldBeAsync(200);

        (State(renewed), renewed["licences"]![0]!["expires_on"]!.GetValue<string>()).Should()
            .Be(("verified", server.Today().AddYears(2).ToString("O", System.Globalization.CultureInfo.InvariantCulture)));
        await (await server.Api.GetAsync("auth/me", physician.AccessToken)).ShouldBeAsync(200);
        (await server.AuditedAsync("licence.renewed", physician)).Should().Contain("success").And.NotContain(Practice.Number);
        await (await server.Api.DecideAsync(
            server.Admin, physician.PhysicianId(), "verify", new { expires_on = server.Today().AddYears(1) })).ShouldBeProblemAsync(
                ErrorCodes.LicenceState);
    }

    [Theory]
    [Trait("ASVS", "2.3.1")]
    [InlineData("verify", "pending", 200)]
    [InlineData("verify", "unverified", 409)]
    [InlineData("verify", "verified", 409)]
    [InlineData("verify", "suspended", 409)]
    [InlineData("verify", "expired", 409)]
    [InlineData("reject", "pending", 200)]
    [InlineData("reject", "unverified", 409)]
    [InlineData("reject", "verified", 409)]
    [InlineData("reject", "suspended", 409)]
    [InlineData("reject", "expired", 409)]
    [InlineData("suspend", "pending", 409)]
    [InlineData("suspend", "unverified", 409)]
    [InlineData("suspend", "verified", 200)]
    [InlineData("suspend", "suspended", 409)]
    [InlineData("suspend", "expired", 409)]
    [InlineData("reinstate", "pending", 409)]
    [InlineData("reinstate", "unverified", 409)]
    [InlineData("reinstate", "verified", 409)]
    [InlineData("reinstate", "suspended", 200)]
    [InlineData("reinstate", "expired", 409)]
    public async Task Each_decision_is_made_in_one_state_alone(string verb, string state, int status)
    {
        foreach (var isNamed in new[] { false, true })
        {
            var physician = await server.RegisterPhysicianAsync();
            await server.SetLicenceAsync(physician, state);
            var body = new JsonObject();
            if (isNamed)
            {
                body["licence_id"] = physician.LicenceId();
            }

            if (verb is "reject" or "suspend")
            {
                body["reason"] = "because";
            }

            var answer = await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb, body.ToJsonString());

            if (status == 409)
            {
                await answer.ShouldBeProblemAsync(ErrorCodes.LicenceState);
                (await server.Database.QueryAsync<string>(
                    "SELECT state FROM licences WHERE id = @id", ("id", physician.LicenceId()))).Should().Be(state);
            }
            else
            {
                await answer.ShouldBeAsync(200);
            }
        }
    }

    [Theory]
    [InlineData("verify", "verified")]
    [InlineData("reject", "unverified")]
    public async Task An_imported_licence_is_decided_on_once_without_the_physician_giving_it_again(string verb, string state)
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.ImportLicenceAsync(physician);

        State(await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb)).ShouldBeAsync(200)).Should().Be(state);

        await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb)).ShouldBeProblemAsync(ErrorCodes.LicenceState);
    }

    [Fact]
    public async Task Where_several_licences_are_pending_it_has_to_be_said_which()
    {
        var physician = await server.RegisterPhysicianAsync();
        var french =
            await (await server.Api.PostAsync(
                "physicians/me/licences", new { jurisdiction = "FR", number = "2" }, physician.AccessToken)).ShouldBeAsync(201);

        await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify")).ShouldBeProblemAsync(ErrorCodes.LicenceState);
        var profile =
            await (await server.Api.DecideAsync(
                server.Admin, physician.PhysicianId(), "verify", new { licence_id = french["id"]!.GetValue<Guid>() })).ShouldBeAsync(200);

        profile["licences"]!
            .AsArray()
            .Select(licence => $"{licence!["jurisdiction"]} {licence["state"]}")
            .Should()
            .Equal("IL pending", "FR verified");
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task A_licence_of_another_physician_is_not_decided_on_through_this_one()
    {
        var (physician, other) = (await server.RegisterPhysicianAsync(), await server.RegisterPhysicianAsync());

        foreach (var id in new[] { other.LicenceId(), physician.PhysicianId(), physician.UserId, Guid.NewGuid() })
        {
            await (await server.Api.DecideAsync(
                server.Admin, physician.PhysicianId(), "verify", new { licence_id = id })).ShouldBeProblemAsync(ErrorCodes.NotFound);
        }

        foreach (var id in new[] { physician.UserId.ToString(), physician.LicenceId()
            .ToString(), physician.PhysicianId().ToString("N"), "me2", "1", "' or 1=1--" })
        {
            await (await server.Api.PostAsync($"physicians/{id}/verify", null, server.Admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
        }
    }

    [Fact]
    public async Task What_a_licence_lacks_is_named_before_it_is_verified()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Database.ExecuteAsync(
            "UPDATE licences SET jurisdiction = NULL, number = '' WHERE id = @id", ("id", physician.LicenceId()));

        var both =
            await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify")).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
        await server.Database.ExecuteAsync("UPDATE licences SET number = '7' WHERE id = @id", ("id", physician.LicenceId()));
        var jurisdiction =
            await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify")).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
        var verified =
            await (await server.Api.DecideAsync(
                server.Admin, physician.PhysicianId(), "verify", new { jurisdiction = "US-CA", expires_on = "2090-01-01" })).ShouldBeAsync(
                    200);

        both.InvalidFields().Should().BeEquivalentTo("jurisdiction", "number");
        jurisdiction.InvalidFields().Should().Equal("jurisdiction");
        (verified["licences"]![0]!["jurisdiction"]!.GetValue<string>(), verified["licences"]![0]!["expires_on"]!.GetValue<string>())
            .Should().Be(("US-CA", "2090-01-01"));
    }

    [Fact]
    public async Task A_jurisdiction_that_another_licence_has_is_not_given_again()
    {
        var physician = await server.RegisterPhysicianAsync();
        var unnamed =
            await (await server.Api.PostAsync("physicians/me/licences", new { number = "2" }, physician.AccessToken)).ShouldBeAsync(201);

        var answer =
            await server.Api.DecideAsync(
                server.Admin, physician.PhysicianId(), "verify",
                new { licence_id = unnamed["id"]!.GetValue<Guid>(), jurisdiction = "IL" });

        await answer.ShouldBeProblemAsync(ErrorCodes.LicenceState);
    }

    [Theory]
    [InlineData("verified")]
    [InlineData("suspended")]
    [Trait("ASVS", "8.2.1")]
    public async Task A_licence_that_another_account_holds_is_verified_for_nobody_else_however_it_is_spelt(string state)
    {
        var (holder, other) = (await server.RegisterPhysicianAsync(), await server.RegisterPhysicianAsync());
        await server.SetLicenceAsync(holder, state);
        await SpellAsync(other, holder.LicenceNumber().Replace("IL-", "il ", StringComparison.Ordinal) + ".");

        var told = await (await server.Api.DecideAsync(server.Admin, other.PhysicianId(), "verify")).ShouldBeProblemAsync(
            ErrorCodes.LicenceTaken);

        told["errors"]!["number"]![0]!.GetValue<string>().Should().Contain(holder.UserId.ToString());
        (await server.AuditedAsync("staff.refused", other)).Should().Contain("failure").And.NotContain(holder.LicenceNumber());
        (await server.Database.QueryAsync<string>("SELECT state FROM licences WHERE id = @id", ("id", other.LicenceId()))).Should()
            .Be("pending");
        await server.Database.ExecuteAsync("UPDATE licences SET jurisdiction = 'FR' WHERE id = @id", ("id", holder.LicenceId()));
        await (await server.Api.DecideAsync(server.Admin, other.PhysicianId(), "verify")).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "8.2.1")]
    public async Task Digits_of_another_width_or_alphabet_are_the_same_number()
    {
        var (holder, other) = (await server.VerifiedPhysicianAsync(), await server.RegisterPhysicianAsync());
        var digits = string.Concat(holder.LicenceNumber().Select((sign, at) =>
            !char.IsAsciiDigit(sign) ? sign : (char)((at % 2 == 0 ? '\uFF10' : '\u0660') + (sign - '0'))));
        await SpellAsync(other, digits);

        await (await server.Api.DecideAsync(server.Admin, other.PhysicianId(), "verify")).ShouldBeProblemAsync(ErrorCodes.LicenceTaken);
    }

    [Fact]
    [Trait("ASVS", "8.2.2")]
    public async Task A_tenants_administrator_is_not_told_who_elsewhere_holds_a_licence()
    {
        var (holder, other) = (await server.VerifiedPhysicianAsync(), await server.RegisterPhysicianAsync(server.Tenant));
        await server.LeavePlatformAsync(other);
        await SpellAsync(other, holder.LicenceNumber());
        var admin = await server.SignInAtAsync(server.Tenant, Role.Admin);

        var told = await (await server.Api.DecideAsync(admin, other.PhysicianId(), "verify")).ShouldBeProblemAsync(ErrorCodes.LicenceTaken);

        told.ContainsKey("errors").Should().BeFalse();
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_two_who_verify_one_licence_for_two_physicians_at_once_one_does()
    {
        for (var round = 0; round < 10; round++)
        {
            var (one, other) = (await server.RegisterPhysicianAsync(), await server.RegisterPhysicianAsync());
            await SpellAsync(other, one.LicenceNumber());

            var answers = await Task.WhenAll(
                server.Api.DecideAsync(server.Admin, one.PhysicianId(), "verify"),
                server.Other.DecideAsync(server.Admin, other.PhysicianId(), "verify"));

            answers.Select(answer => (int)answer.StatusCode).Should().BeEquivalentTo([200, 409]);
        }
    }

    // Otherwise a valid number could be shown and another one be verified.
    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task A_number_that_was_changed_while_the_administrator_looked_it_up_is_not_verified()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Api.SendAsync(
            HttpMethod.Patch, $"physicians/me/licences/{physician.LicenceId()}", """{"number":"stolen"}""", physician.AccessToken);

        await (await server.Api.DecideAsync(
            server.Admin, physician.PhysicianId(), "verify", new { number = physician.LicenceNumber() })).ShouldBeProblemAsync(
                ErrorCodes.LicenceState);

        await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify", new { number = "stolen" })).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("verify", "expires_on", "\"2000-01-01\"")]
    [InlineData("verify", "expires_on", "\"2027-02-31\"")]
    [InlineData("verify", "expires_on", "\"9999-12-31\"")]
    [InlineData("verify", "jurisdiction", "\"Israel\"")]
    [InlineData("verify", "number", "\"1\\u00002\"")]
    [InlineData("verify", "licence_id", "\"7\"")]
    [InlineData("reject", "reason", "null")]
    [InlineData("reject", "reason", "\" \"")]
    [InlineData("reject", "reason", "\"a\\u0000b\"")]
    [InlineData("reject", "reason", "LONG")]
    [InlineData("suspend", "reason", "\"\\u202E\"")]
    [InlineData("suspend", "licence_id", "7")]
    [InlineData("reinstate", "expires_on", "\"2000-01-01\"")]
    public async Task A_field_that_is_not_acceptable_is_named_and_nothing_is_decided(string verb, string field, string value)
    {
        var physician = await server.RegisterPhysicianAsync();
        var state = verb switch { "suspend" => "verified", "reinstate" => "suspended", _ => "pending" };
        await server.SetLicenceAsync(physician, state);
        var body =
            new JsonObject { [field] = JsonNode.Parse(value.Replace("LONG", $"\"{new string('x', 10_000)}\"", StringComparison.Ordinal)) };
        if (verb is "reject" or "suspend" && field != "reason")
        {
            body["reason"] = "because";
        }

        var problem =
            await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb, body.ToJsonString())).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().Equal(field);
        (await server.Database.QueryAsync<string>("SELECT state FROM licences WHERE id = @id", ("id", physician.LicenceId()))).Should()
            .Be(state);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("reinstate")]
    public async Task A_licence_past_its_last_day_becomes_good_with_a_new_one_alone(string verb)
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.SetLicenceAsync(physician, verb == "verify" ? "pending" : "suspended", server.Today().AddDays(-1));

        var past =
            await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb)).ShouldBeProblemAsync(
                ErrorCodes.ValidationFailed);
        var renewed = await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb, new { expires_on = server.Today() });

        past.InvalidFields().Should().Equal("expires_on");
        State(await renewed.ShouldBeAsync(200)).Should().Be("verified");
    }

    [Theory]
    [Trait("ASVS", "8.2.1")]
    [InlineData("verify")]
    [InlineData("reject")]
    [InlineData("suspend")]
    [InlineData("reinstate")]
    public async Task Nobody_decides_but_administrators(string verb)
    {
        var physician = await server.RegisterPhysicianAsync(server.Tenant);
        var patient = await server.Api.RegisterAsync();
        var support = await server.SignInAsAsync(Role.Support);
        var tenantSupport = await server.SignInAtAsync(server.Tenant, Role.Support);
        var colleague = await server.VerifiedPhysicianAsync(server.Tenant);

        foreach (var person in new[] { patient, support, tenantSupport, colleague, physician })
        {
            await (await server.Api.DecideAsync(person, physician.PhysicianId(), verb)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        }

        await (await server.Api.PostAsync($"physicians/{physician.PhysicianId()}/{verb}", new { reason = "x" })).ShouldBeProblemAsync(
            ErrorCodes.AuthenticationRequired);
        (await server.Database.QueryAsync<string>("SELECT state FROM licences WHERE id = @id", ("id", physician.LicenceId()))).Should()
            .Be("pending");
    }

    [Fact]
    [Trait("ASVS", "2.3.5")]
    public async Task Nobody_decides_on_their_own_licence()
    {
        var physician = await server.RegisterPhysicianAsync();
        await server.Database.ExecuteAsync(
            "INSERT INTO user_roles (user_id, role_id) VALUES (@user, @role)", ("user", physician.UserId),
            ("role", Role.IdOf(Role.Admin)));
        var admin = await server.Api.LoginAsync(physician.Email);

        foreach (var verb in new[] { "verify", "reject", "suspend", "reinstate" })
        {
            await (await server.Api.DecideAsync(admin, physician.PhysicianId(), verb)).ShouldBeProblemAsync(ErrorCodes.OwnAccount);
        }
    }

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public async Task An_administrator_of_a_tenant_decides_on_its_own_physicians_and_sees_no_others()
    {
        var admin = await server.SignInAtAsync(server.Tenant, Role.Admin);
        var (own, other, shared) = (await server.RegisterPhysicianAsync(server.Tenant),
            await server.RegisterPhysicianAsync(server.OtherTenant),
            await server.RegisterPhysicianAsync(server.Tenant, server.OtherTenant));
        var (free, powerful) = (await server.RegisterPhysicianAsync(), await server.RegisterPhysicianAsync(server.Tenant));
        await server.Database.ExecuteAsync(
            "INSERT INTO user_roles (user_id, role_id) VALUES (@user, @role)", ("user", powerful.UserId),
            ("role", Role.IdOf(Role.Support)));
        await server.LeavePlatformAsync(own);

        await (await server.Api.DecideAsync(admin, own.PhysicianId(), "verify")).ShouldBeAsync(200);
        foreach (var hidden in new[] { other, free })
        {
            await (await server.Api.DecideAsync(admin, hidden.PhysicianId(), "verify")).ShouldBeProblemAsync(ErrorCodes.NotFound);
            await (await server.Api.GetAsync($"physicians/{hidden.PhysicianId()}", admin.AccessToken)).ShouldBeProblemAsync(
                ErrorCodes.NotFound);
        }

        await (await server.Api.DecideAsync(admin, shared.PhysicianId(), "verify")).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
        await (await server.Api.DecideAsync(admin, powerful.PhysicianId(), "reject")).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);
        (await server.AuditedAsync(AuditEvents.LicenceVerified, own)).Should().Be($"success|{admin.UserId}|{server.Tenant}|IL");
    }

    [Theory]
    [Trait("ASVS", "8.4.1")]
    [InlineData("verify", "pending")]
    [InlineData("reject", "pending")]
    [InlineData("suspend", "verified")]
    [InlineData("reinstate", "suspended")]
    public async Task A_tenant_decides_on_nobody_who_is_a_physician_everywhere(string verb, string state)
    {
        var admin = await server.SignInAtAsync(server.Tenant, Role.Admin);
        var physician = await server.RegisterPhysicianAsync(server.Tenant);
        await server.SetLicenceAsync(physician, state);

        await (await server.Api.DecideAsync(admin, physician.PhysicianId(), verb)).ShouldBeProblemAsync(ErrorCodes.BeyondTenant);

        (await server.Database.QueryAsync<string>("SELECT state FROM licences WHERE id = @id", ("id", physician.LicenceId()))).Should()
            .Be(state);
        await (await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), verb)).ShouldBeAsync(200);
        await server.SetLicenceAsync(physician, state);
        await server.LeavePlatformAsync(physician);
        await (await server.Api.DecideAsync(admin, physician.PhysicianId(), verb)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "16.2.1")]
    public async Task Each_decision_is_audited_with_jurisdiction_and_reason_and_never_with_the_number()
    {
        var physician = await server.RegisterPhysicianAsync();
        var reason = new string('x', 450);

        await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify");
        await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "suspend", new { reason });
        await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "reinstate");
        await server.SetLicenceAsync(physician, "pending");
        await server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "reject", new { reason = "not known" });

        (await server.AuditedAsync(AuditEvents.LicenceVerified, physician)).Should().Be($"success|{server.Admin.UserId}|IL");
        (await server.AuditedAsync(AuditEvents.LicenceSuspended, physician)).Should().Be($"success|{server.Admin.UserId}|IL: {reason}");
        (await server.AuditedAsync(AuditEvents.LicenceReinstated, physician)).Should().Be($"success|{server.Admin.UserId}|IL");
        (await server.AuditedAsync(AuditEvents.LicenceRejected, physician)).Should().Be($"success|{server.Admin.UserId}|IL: not known");
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM audit_events WHERE detail LIKE '%12345%'")).Should().Be(0);
    }

    [Fact]
    [Trait("ASVS", "14.2.6")]
    public async Task The_physician_is_told_what_was_decided_and_why_in_a_proven_mailbox()
    {
        var (physician, unproven) = (await server.RegisterPhysicianAsync(), await server.RegisterPhysicianAsync());
        await server.ProveMailboxAsync(physician);
        await server.Database.ExecuteAsync("UPDATE users SET locale = 'he' WHERE id = @id", ("id", physician.UserId));

        foreach (var person in new[] { physician, unproven })
        {
            await (await server.Api.DecideAsync(server.Admin, person.PhysicianId(), "verify")).ShouldBeAsync(200);
            await (await server.Api.DecideAsync(
                server.Admin, person.PhysicianId(), "suspend", new { reason = "It rests, says the register." })).ShouldBeAsync(200);
        }

        var mails = await server.MailsAsync(MailKinds.LicenceDecided, physician.Email);
        mails.Should().HaveCount(2).And.AllSatisfy(mail => mail.Language.Should().Be("he"));
        mails[0].Text.Should().Contain("IL").And.NotContain(Practice.Number);
        mails[1].Text.Should().Contain("It rests, says the register.");
        mails[1].Subject.Should().NotContain("rests");
        (await server.MailsAsync(MailKinds.LicenceDecided, unproven.Email)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task Of_two_administrators_who_decide_at_once_one_decides()
    {
        for (var round = 0; round < 10; round++)
        {
            var physician = await server.RegisterPhysicianAsync();

            var answers = await Task.WhenAll(
                server.Api.DecideAsync(
                    server.Admin, physician.PhysicianId(), "verify"), server.Other.DecideAsync(
                        server.Admin, physician.PhysicianId(), "reject"),
                server.Other.DecideAsync(
                    server.Admin, physician.PhysicianId(), "verify"), server.Api.DecideAsync(
                        server.Admin, physician.PhysicianId(), "reject"));

            answers.Select(answer => (int)answer.StatusCode).Order().Should().Equal(200, 409, 409, 409);
            var events =
                await server.Database.QueryAsync<long>(
                    "SELECT count(*) FROM audit_events WHERE subject_id = @id AND type IN ('licence.verified', 'licence.rejected')",
                    ("id", physician.UserId));
            events.Should().Be(1);
        }
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task A_physician_who_changes_the_licence_while_it_is_verified_changes_it_before_or_not_at_all()
    {
        for (var round = 0; round < 10; round++)
        {
            var physician = await server.RegisterPhysicianAsync();

            var answers = await Task.WhenAll(
                server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify", new { number = physician.LicenceNumber() }),
                server.Other.SendAsync(
                    HttpMethod.Patch, $"physicians/me/licences/{physician.LicenceId()}", """{"number":"stolen"}""",
                    physician.AccessToken));

            answers.Count(answer => answer.IsSuccessStatusCode).Should().Be(1);
            var row =
                await server.Database.QueryAsync<string>(
                    "SELECT state || ' ' || number FROM licences WHERE id = @id", ("id", physician.LicenceId()));
            row.Should().BeOneOf($"verified {physician.LicenceNumber()}", "pending stolen");
        }
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task A_physician_who_is_deleted_while_others_decide_fails_nobody()
    {
        for (var round = 0; round < 10; round++)
        {
            var physician = await server.RegisterPhysicianAsync();

            var answers = await Task.WhenAll(
                server.Api.DecideAsync(server.Admin, physician.PhysicianId(), "verify"),
                server.Api.SendAsync(HttpMethod.Delete, $"users/{physician.UserId}", null, server.Admin.AccessToken),
                server.Other.DecideAsync(server.Admin, physician.PhysicianId(), "verify"),
                server.Other.SendAsync(HttpMethod.Patch, "physicians/me", """{"specialty":"oncology"}""", physician.AccessToken));

            answers.Should().OnlyContain(answer => (int)answer.StatusCode < 500);
            answers[1].IsSuccessStatusCode.Should().BeTrue();
        }
    }

    private static string State(JsonNode profile) => profile["licences"]![0]!["state"]!.GetValue<string>();

    /// <summary>Two replicas, two tenants and an administrator of the platform.</summary>
    private Task<int> SpellAsync(SignedIn physician, string number) => server.Database.ExecuteAsync(
        "UPDATE licences SET number = @number WHERE id = @id", ("number", number), ("id", physician.LicenceId()));

    public sealed class Fixture : TestServer
    {
        public Api Other { get; private set; } = null!;

        public SignedIn Admin { get; private set; } = null!;

        public Guid Tenant { get; private set; }

        public Guid OtherTenant { get; private set; }

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            Other = StartReplica();
            Admin = await this.SignInAsAsync(Role.Admin);
            Tenant = (await this.OpenClinicAsync(slug: "clinic")).Id;
            OtherTenant = (await this.OpenClinicAsync(slug: "other-clinic")).Id;
        }
    }
}
