using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;

namespace AuthServer.Tests.Platform.RateLimiting;

/// <summary>Four exports at once.</summary>
public sealed class ExportConcurrencyTests : IDisposable
{
    private readonly ExportConcurrency _exports = new(limit: 4, timeout: TimeSpan.Zero, retryAfter: TimeSpan.FromSeconds(1));

    public void Dispose() => _exports.Dispose();

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_tenant_has_one_export_at_a_time()
    {
        var tenant = Guid.NewGuid();
        using (await EnterAsync(tenant))
        {
            await this.Invoking(tests => tests.EnterAsync(tenant)).Should().ThrowAsync<BusyException>();
            using var other = await EnterAsync(Guid.NewGuid());
        }

        using var again = await EnterAsync(tenant);
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task Tenants_never_take_the_platforms_place()
    {
        using var first = await EnterAsync(Guid.NewGuid());
        using var second = await EnterAsync(Guid.NewGuid());
        using var third = await EnterAsync(Guid.NewGuid());

        await this.Invoking(tests => tests.EnterAsync(Guid.NewGuid())).Should().ThrowAsync<BusyException>();
        using var platform = await EnterAsync(tenant: null);
        await this.Invoking(tests => tests.EnterAsync(tenant: null)).Should().ThrowAsync<BusyException>();
    }

    [Fact]
    public async Task A_refused_caller_holds_nothing()
    {
        var (caller, tenant) = (Guid.NewGuid(), Guid.NewGuid());
        using (await EnterAsync(tenant))
        {
            await this.Invoking(tests => tests.EnterAsync(tenant, caller)).Should().ThrowAsync<BusyException>();
            using var elsewhere = await EnterAsync(Guid.NewGuid(), caller);
        }

        using var after = await EnterAsync(tenant, caller);
    }

    [Fact]
    public async Task Whoever_frees_their_place_lets_others_run_and_still_has_only_one_export()
    {
        var callers = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        var slots = new List<ExportConcurrency.Slot>();
        foreach (var caller in callers)
        {
            var slot = await EnterAsync(tenant: null, caller);
            slot.FreePlace();
            slots.Add(slot);
        }

        await this.Invoking(tests => tests.EnterAsync(tenant: null, callers[0])).Should().ThrowAsync<BusyException>();
        slots.ForEach(slot => slot.Dispose());
        using var again = await EnterAsync(tenant: null, callers[0]);
    }

    internal Task<ExportConcurrency.Slot> EnterAsync(Guid? tenant, Guid? caller = null) =>
        _exports.EnterAsync(caller ?? Guid.NewGuid(), CancellationToken.None, tenant);
}
