using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Compliance.Erasure;

/// <summary>Proofs in erased rows survive a change of SECRET_KEY.</summary>
public sealed class RedactionProofRotationTests : TestServer
{
    private const string Next = "the root secret that comes after it";

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task Proofs_are_made_anew_while_the_former_secret_is_known_and_hold_when_it_is_gone()
    {
        await EraseSomebodyAsync();
        var before = await ErasedAsync();
        before.Should().HaveCountGreaterThan(3);
        StartWith(Next, Settings["Secrets:Key"]);

        (await ServicesOf(1).GetRequiredService<RedactionProofRotation>().RunAsync(CancellationToken.None)).Should().Be(before.Count);
        (await ServicesOf(1).GetRequiredService<RedactionProofRotation>().RunAsync(CancellationToken.None)).Should().Be(0);

        StartWith(Next, null);
        var proofs = ServicesOf(2).GetRequiredService<RedactionProofs>();
        foreach (var (was, now) in before.Zip(await ErasedAsync()))
        {
            proofs.IsGenuine(now).Should().BeTrue("of {0}", now.Type);
            AuditPersonal.Of(now).Should().Be(AuditPersonal.Of(was));
            AuditHash.Of(now).Should().Equal(AuditHash.Of(was));
        }
    }

    [Fact]
    public async Task A_row_that_somebody_changed_does_not_become_good()
    {
        await EraseSomebodyAsync();
        var forged = (await ErasedAsync())[0].Id;
        await Database.ExecuteAsync($"""
            ALTER TABLE audit_events DISABLE TRIGGER USER;
            UPDATE audit_events SET user_agent = 'somebody else' WHERE id = {forged};
            ALTER TABLE audit_events ENABLE TRIGGER USER;
            """);
        StartWith(Next, Settings["Secrets:Key"]);

        await ServicesOf(1).GetRequiredService<RedactionProofRotation>().RunAsync(CancellationToken.None);

        var proofs = ServicesOf(1).GetRequiredService<RedactionProofs>();
        (await ErasedAsync()).Where(audit => !proofs.IsGenuine(audit)).Select(audit => audit.Id).Should().Equal(forged);
        (await ErasedAsync()).Where(audit => !proofs.IsCurrent(audit.ErasureProof!)).Select(audit => audit.Id).Should().Equal(forged);
    }

    // One who acted on others, and one whom others acted on.
    private async Task EraseSomebodyAsync()
    {
        var (person, admin, patient) = (await this.SignInAsAsync(Role.Support), await this.SignInAsAsync(Role.Admin),
            await Api.RegisterAsync());
        await (await Api.PostAsync($"users/{patient.UserId}/open", new { reason = "A question." }, person.AccessToken)).ShouldBeAsync(200);
        await (await Api.PostAsync($"users/{person.UserId}/open", new { reason = "A question." }, admin.AccessToken)).ShouldBeAsync(200);
        await (await Api.SendAsync(HttpMethod.Delete, $"users/{person.UserId}", bearer: admin.AccessToken)).ShouldBeAsync(204);
    }

    private async Task<List<AuditEvent>> ErasedAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider
            .GetRequiredService<AuthDbContext>().AuditEvents
            .AsNoTracking()
            .Where(audit => audit.ErasureProof != null)
            .OrderBy(audit => audit.Id)
            .ToListAsync();
    }

    private void StartWith(string key, string? former)
    {
        Settings["Secrets:Key"] = key;
        Settings["Secrets:PreviousKey"] = former ?? "";
        StartReplica();
    }
}
