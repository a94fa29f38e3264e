using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Staff.Statistics;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.Users;

public sealed class StatisticsTests(TwoServers server) : IClassFixture<TwoServers>
{
    [Fact]
    public async Task The_numbers_are_those_of_the_rows_for_the_platform_and_for_a_tenant()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var (ours, theirs) = (await server.OpenClinicAsync(), await server.OpenClinicAsync());
        var tenantAdmin = await server.SignInAtAsync(ours.Id, Role.Admin);
        await server.JoinAsync(tenantAdmin.UserId, ours.Id, Role.Physician);
        var disabled = await server.SignInAtAsync(ours.Id, Role.Patient);
        var invited = await server.SignInAtAsync(theirs.Id, Role.Patient);
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", disabled.UserId));
        await server.Database.ExecuteAsync(
            "UPDATE users SET invited_at = now(), password_hash = NULL WHERE id = @id", ("id", invited.UserId));
        await CountAsync();

        var platform = await ReadAsync(admin);
        var tenant = await ReadAsync(tenantAdmin);

        var people = await server.Database.QueryAsync<long>("SELECT count(*) FROM users");
        Number(platform, "total").Should().Be(people);
        Number(platform, "by_role", "patient").Should().Be(
            await server.Database.QueryAsync<long>(
                "SELECT count(*) FROM user_roles WHERE role_id = @role", ("role", Role.IdOf(Role.Patient))));
        Number(platform, "by_role", "support").Should().Be(0);
        Number(platform, "by_status", "disabled").Should().Be(1);
        Number(platform, "by_status", "invited").Should().Be(1);
        Number(platform, "by_status", "active").Should().Be(people - 2);
        platform["by_tenant"]!.AsArray().Single(row => row!["tenant"]!["slug"]!.GetValue<string>() == ours.Slug)!["count"]!
            .GetValue<long>()
            .Should()
            .Be(2);
        platform["new_per_day"]!.AsArray().Should().HaveCount(30);
        platform["new_per_day"]![29]!["count"]!.GetValue<long>().Should().Be(people);
        platform["sign_ins_per_day"]![29]!["count"]!
            .GetValue<long>()
            .Should()
            .Be(await server.Database.QueryAsync<long>("SELECT count(*) FROM audit_events WHERE type = 'session.started'"));
        platform["sign_ins_per_day"]![0]!["count"]!.GetValue<long>().Should().Be(0);
        (await (await server.Api.GetAsync("users/stats/count", admin.AccessToken)).ShouldBeAsync(200))["total"]!
            .GetValue<long>()
            .Should()
            .Be(people);

        Number(tenant, "total").Should().Be(2, "who is two things there is one person");
        tenant["by_role"]!.ToJsonString().Should().Be("""{"patient":1,"physician":1,"admin":1,"support":0}""");
        tenant["by_status"]!.ToJsonString().Should().Be("""{"active":1,"disabled":1,"invited":0}""");
        tenant["by_tenant"].Should().BeNull();
        tenant["new_per_day"]![29]!["count"]!.GetValue<long>().Should().Be(2);
        tenant["sign_ins_per_day"]![29]!["count"]!
            .GetValue<long>()
            .Should()
            .Be(await server.Database.QueryAsync<long>(
                "SELECT count(*) FROM audit_events WHERE type = 'session.started' AND tenant_id = @id", ("id", ours.Id)));
    }

    [Fact]
    public async Task Where_nothing_has_been_counted_the_first_to_ask_has_it_counted()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await server.Database.ExecuteAsync("DELETE FROM figures");

        var answers =
            await Task.WhenAll(
                server.Api.GetAsync("users/stats/count", admin.AccessToken), server.Other.GetAsync("users/stats", admin.AccessToken));

        foreach (var answer in answers)
        {
            (await answer.ShouldBeAsync(200))["total"]!.GetValue<long>().Should().BePositive();
        }
    }

    [Fact]
    public async Task A_day_that_is_over_is_not_counted_again_and_one_that_is_not_is()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        await CountAsync();
        var (today, before) = (StatisticNames.KeyOf(DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime)),
            StatisticNames.KeyOf(DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime.AddDays(-3))));
        await server.Database.ExecuteAsync(
            "INSERT INTO figures (measure, key, value, counted_at) VALUES ('new_per_day', @day, 7, now()) ON CONFLICT (tenant_id, "
                + "measure, key) DO UPDATE SET value = 7", ("day", before));
        await server.Database.ExecuteAsync("UPDATE figures SET value = 7 WHERE measure = 'new_per_day' AND key = @day", ("day", today));

        await CountAsync();

        var days = (await ReadAsync(admin))["new_per_day"]!.AsArray();
        days[26]!["count"]!.GetValue<long>().Should().Be(7);
        days[29]!["count"]!.GetValue<long>().Should().Be(await server.Database.QueryAsync<long>("SELECT count(*) FROM users"));
    }

    private Task<int> CountAsync() => server.Services.GetRequiredService<StatisticsCount>().WaitAndRunAsync(CancellationToken.None);

    private async Task<JsonNode> ReadAsync(SignedIn staff) =>
        await (await server.Api.GetAsync("users/stats", staff.AccessToken)).ShouldBeAsync(200);

    private static long Number(JsonNode statistics, params string[] path) =>
        path.Aggregate(statistics, (node, key) => node[key]!).GetValue<long>();
}
