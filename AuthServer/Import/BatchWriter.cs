using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Import;

/// <summary>Writes the planned rows of a batch in the open transaction: clinics, people, memberships and audit events.</summary>
internal sealed class BatchWriter(AuthDbContext db, UserAccounts accounts, AccountCommit commit, TimeProvider clock)
{
    public async Task WriteAsync(IReadOnlyList<RowPlan> plans, ImportRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var plan in plans.Where(plan => plan.Result.Outcome is RowOutcome.Created or RowOutcome.Merged))
        {
            var person = plan.Person!;
            var tenant = plan.Joins is { } clinic ? AddClinic(clinic, now) : (Guid?)null;
            if (plan.Result.Outcome == RowOutcome.Created)
            {
                await AddPersonAsync(plan, request, now);
            }

            if (tenant is { } id)
            {
                db.Add(new Membership(person.Id, id, Role.Physician, now));
                await AddProfileAsync(plan, now, cancellationToken);
            }

            db.Audit(
                AuditEvents.UserImported, now, RequestOrigin.CommandLine, actor: null, person.Id, tenant: tenant,
                detail: $"{request.Source}, row {plan.Candidate.Row}");
        }

        await SendAsync(plans, request, now, cancellationToken);
        var added = db.ChangeTracker.Entries<User>().Where(entry => entry.State == EntityState.Added).Select(entry => entry.Entity.Id);
        await AdvisoryLocks.AddedIdsAsync(db, [.. added], cancellationToken);
        await commit.SaveImportedAsync(cancellationToken);
    }

    private Guid AddClinic(ImportedClinic clinic, DateTimeOffset now)
    {
        if (clinic.Id == Guid.Empty)
        {
            var tenant = new Tenant(clinic.Slug, clinic.Name, now) { LegacyId = clinic.LegacyId };
            clinic.Id = tenant.Id;
            db.Add(tenant);
            db.Audit(
                AuditEvents.TenantCreated, now, RequestOrigin.CommandLine, actor: null, subject: null, tenant: tenant.Id,
                detail: $"imported: {clinic.Slug}");
        }

        return clinic.Id;
    }

    // Physicians at the clinic and patients on the platform, the same as people invited there.
    private async Task AddPersonAsync(RowPlan plan, ImportRequest request, DateTimeOffset now)
    {
        var candidate = plan.Candidate;
        var user = await accounts.AddAsync(new(candidate.Email)
        {
            UserName = plan.UserName,
            FullName = candidate.FullName,
            Locale = candidate.Language,
            LegacyId = candidate.LegacyId,
            PasswordHash = candidate.PasswordHash,
            IsEmailConfirmed = candidate.IsEmailVerified,
            InvitedAt = request.Sends && candidate.PasswordHash is null ? now : null,
        });
        plan.Person!.Id = user.Id;
        db.AssignRoles(user.Id, Role.Patient);
    }

    // Somebody imported as a user, or who is a physician already, keeps the profile they have entered since.
    private async Task AddProfileAsync(RowPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (candidate, person) = (plan.Candidate, plan.Person!);
        if (plan.Result.Outcome == RowOutcome.Merged
            && (db.Physicians.Local.Any(physician => physician.UserId == person.Id)
                || await db.Physicians.AnyAsync(physician => physician.UserId == person.Id, cancellationToken)))
        {
            return;
        }

        var practice = candidate.Practice!;
        var profile = new Physician(person.Id, candidate.Language, practice.Specialty, now);
        profile.JoinPool(practice.PrivatePool);
        if (practice.IsAway)
        {
            profile.GoAway(null);
        }

        db.Add(profile);
        if (practice.Licence is { } licence)
        {
            db.Add(Licence.Imported(profile.Id, licence.Jurisdiction, licence.Number, now));
        }
    }

    // In the same transaction as the invitation, so that neither exists without the other.
    private async Task SendAsync(
        IReadOnlyList<RowPlan> plans, ImportRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!request.Sends)
        {
            return;
        }

        var waiting = plans.Where(plan => plan.Person is { WaitsForLink: true }).Select(plan => plan.Person!.Id).Distinct().ToList();
        var made = db.Users.Local.Where(user => waiting.Contains(user.Id)).ToList();
        var missing = waiting.Except(made.Select(user => user.Id)).ToList();
        var found = missing.Count == 0
            ? []
            : await db.Users.Where(user => missing.Contains(user.Id) && user.PasswordHash == null && user.InvitedAt == null)
                .ToListAsync(cancellationToken);
        foreach (var user in found)
        {
            await accounts.InviteAsync(user);
        }

        foreach (var user in made.Concat(found))
        {
            db.EnqueueMail(MailKinds.Invitation, user, user.NormalizedEmail!, now);
            db.Audit(AuditEvents.UserInvited, now, RequestOrigin.CommandLine, actor: null, user.Id, detail: "imported; the link is mailed");
        }
    }
}
