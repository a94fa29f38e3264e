using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Tenants;

/// <summary>
/// Creates a tenant. The unique index decides whether the slug is free; it is asked for first, because PostgreSQL logs whom the index
/// refuses.
/// </summary>
internal sealed class TenantCreation(AuthDbContext db, MailSender sender, TimeProvider clock)
{
    public async Task<TenantOutcome> CreateAsync(CreateTenantRequest request, StaffCall call)
    {
        var (scope, origin, cancellationToken) = call;
        var now = clock.GetUtcNow();
        var tenant = new Tenant(request.Slug!, request.Name!.Trim(), now);
        request.Settings?.ApplyTo(tenant.Settings);
        if (request.Settings?.Faults(tenant.Settings, sender) is { Any: true } errors)
        {
            return new TenantOutcome.Invalid(errors.Messages);
        }

        db.Add(tenant);
        var (actor, session) = (scope.Staff.ActorId, scope.Staff.SessionId);
        db.Audit(AuditEvents.TenantCreated, now, origin, actor, subject: null, session, tenant: tenant.Id, detail: $"slug: {tenant.Slug}");
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.NameAsync(db, tenant.Slug, cancellationToken);
        if (await db.Tenants.AnyAsync(other => other.Slug == tenant.Slug, cancellationToken))
        {
            return new TenantOutcome.Refused(ErrorCodes.SlugTaken);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new TenantOutcome.Saved(tenant.Id);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.ViolatedUniqueConstraint(exception) is not null)
        {
            return new TenantOutcome.Refused(ErrorCodes.SlugTaken);
        }
    }
}
