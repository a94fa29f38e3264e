using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Erases events recorded about a person by requests that were in progress during their erasure. The revocation still identifies
/// the person until their last access token has expired.
/// </summary>
internal sealed class ResidualAuditErasure(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ResidualAuditErasure> logger)
    : PeriodicJob(TimeSpan.FromMinutes(1), clock, logger)
{
    /// <summary>Returns the number of people affected.</summary>
    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var gone = await db.Revocations.Where(revocation => revocation.TokenVersion == AccountErasure.GoneVersion
                && (db.AuditEvents.Any(audit => audit.SubjectId == revocation.UserId)
                    || db.AuditEvents.Any(audit => audit.ActorId == revocation.UserId)))
            .Select(revocation => revocation.UserId!.Value).Distinct().ToListAsync(cancellationToken);
        foreach (var person in gone)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await scope.ServiceProvider.GetRequiredService<AuditErasure>().EraseAsync(person, Guid.NewGuid(), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return gone.Count;
    }
}
