using System.ComponentModel;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Support;

internal sealed record AssistedResetFilter : IValidated
{
    [FromQuery(Name = "state")]
    [Description("Only resets in this state: `pending`, `approved`, `declined` or `expired`.")]
    public string? State { get; init; }

    void IValidated.Validate(FieldErrors errors)
    {
        if (State is not null && !AssistedResetList.States.Contains(State, StringComparer.Ordinal))
        {
            errors.Add("state", $"One of {string.Join(", ", AssistedResetList.States)}.");
        }
    }
}

/// <summary>The resets that need or needed a second person. Those for people out of scope are left out.</summary>
internal sealed class AssistedResetList(TimeProvider clock)
{
    // A derived state: it is not stored, because nothing runs at the moment of expiry.
    private const string Expired = "expired";

    internal static readonly string[] States = [.. Enum.GetValues<AssistedResetState>().Select(SnakeCase.Of), Expired];

    public async Task<Page<AssistedResetView>> ListAsync(
        StaffScope scope, string? state, PageRequest<Guid> page, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var resets = In(state, WithinReach(scope), now);
        var total = await resets.CountAsync(cancellationToken);
        var found = Rows(scope, resets.Where(reset => page.After == null || reset.Id < page.After)).OrderByDescending(row => row.Reset.Id);
        var rows = await page.Fetch(found).ToListAsync(cancellationToken);
        return page.Answer(rows, total, row => row.Reset.Id, row => View(row, scope.Staff, now));
    }

    /// <summary>A single reset; null if it is not in scope or the id is malformed.</summary>
    public static async Task<AssistedReset?> FindAsync(StaffScope scope, string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var resetId)
            ? await WithinReach(scope).SingleOrDefaultAsync(reset => reset.Id == resetId, cancellationToken)
            : null;

    public async Task<AssistedResetView> GetAsync(StaffScope scope, Guid id, CancellationToken cancellationToken) =>
        View(
            await Rows(scope, WithinReach(scope).Where(reset => reset.Id == id)).SingleAsync(cancellationToken), scope.Staff,
            clock.GetUtcNow());

    private static IQueryable<AssistedReset> WithinReach(StaffScope scope)
    {
        var people = scope.Users;
        return scope.AssistedResets.AsNoTracking().Where(reset => people.Any(person => person.Id == reset.UserId));
    }

    private static IQueryable<AssistedReset> In(string? state, IQueryable<AssistedReset> resets, DateTimeOffset now) => state switch
    {
        null => resets,
        Expired => resets.Where(reset => reset.State == AssistedResetState.Pending && reset.ExpiresAt <= now),
        "pending" => resets.Where(reset => reset.State == AssistedResetState.Pending && reset.ExpiresAt > now),
        "approved" => resets.Where(reset => reset.State == AssistedResetState.Approved),
        _ => resets.Where(reset => reset.State == AssistedResetState.Declined),
    };

    private static IQueryable<Row> Rows(StaffScope scope, IQueryable<AssistedReset> resets)
    {
        var people = scope.Users;
        return
            from reset in resets
            join person in people on reset.UserId equals person.Id
            select new Row
            {
                Reset = reset,
                Email = person.Email!,
                FullName = person.FullName,
                Asker = people.Where(asker => asker.Id == reset.RequestedBy).Select(asker => asker.FullName).FirstOrDefault(),
                Decider = people.Where(decider => decider.Id == reset.DecidedBy).Select(decider => decider.FullName).FirstOrDefault(),
            };
    }

    private static AssistedResetView View(Row row, StaffMember staff, DateTimeOffset now)
    {
        var reset = row.Reset;
        var state = reset.State == AssistedResetState.Pending && reset.ExpiresAt <= now ? Expired : SnakeCase.Of(reset.State);
        return new(
            reset.Id, ConcernedPerson.Of(
                reset.UserId, row.Email, row.FullName, isMasked: !staff.IsAdmin), new(
                    reset.RequestedBy, row.Asker), reset.Reason, state, reset.TenantId,
            reset.CreatedAt, reset.ExpiresAt, reset.DecidedBy is { } decider ? new(decider, row.Decider) : null, reset.DecidedAt);
    }

    private sealed class Row
    {
        public required AssistedReset Reset { get; init; }

        public required string Email { get; init; }

        public string? FullName { get; init; }

        public string? Asker { get; init; }

        public string? Decider { get; init; }
    }
}
