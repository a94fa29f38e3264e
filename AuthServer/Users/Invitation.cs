using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Data.Configurations;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Erasure;
using AuthServer.Http;
using AuthServer.Staff;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Users;

/// <summary>What became of an invitation.</summary>
internal abstract record InvitationOutcome
{
    private InvitationOutcome()
    {
    }

    public sealed record Invited(Guid UserId) : InvitationOutcome;

    public sealed record Refused(ErrorCode Reason) : InvitationOutcome;

    /// <summary>The mailbox has had its share of invitations.</summary>
    public sealed record LimitReached(TimeSpan RetryAfter) : InvitationOutcome;
}

/// <summary>
/// An account made for somebody: <c>invited → accepted</c> by setting the first password with the mailed link, or
/// <c>→ revoked</c>, and then the account, which nobody ever used, is gone. Staff never choose a password.
/// </summary>
internal sealed class Invitation(AuthDbContext db, Outbox outbox, AccountErasure erasure, RefusalRecord refusals, TimeProvider clock)
{
    public async Task<InvitationOutcome> InviteAsync(InviteRequest request, Reach reach, Client client, CancellationToken cancellationToken)
    {
        // Whoever reads the mailbox would have all that the key's scopes leave out.
        if (reach.Staff.Caller.IsKey && request.RolesOrDefault.Any(role => role is Role.Admin or Role.Support))
        {
            return new InvitationOutcome.Refused(ErrorCodes.PersonRequired);
        }

        var tenant = await reach.Tenants.AsNoTracking().SingleOrDefaultAsync(found => found.Slug == request.Tenant || found.Id == reach.Staff.TenantId, cancellationToken);
        if (request.Tenant is not null && tenant?.Slug != request.Tenant)
        {
            return new InvitationOutcome.Refused(ErrorCodes.NotFound);
        }

        var user = Add(request, tenant, reach, client);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await SaveAsync(cancellationToken) is { } taken)
        {
            return new InvitationOutcome.Refused(taken);
        }

        if (await RequestMailAsync(user, cancellationToken) is { } wait)
        {
            return new InvitationOutcome.LimitReached(wait);
        }

        await transaction.CommitAsync(cancellationToken);
        return new InvitationOutcome.Invited(user.Id);
    }

    /// <summary>Sends it again; what was sent before no longer works. Null when it is done.</summary>
    public async Task<ErrorCode?> SendAgainAsync(string id, Reach reach, Client client, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        var standing = await reach.StandingOfAsync(user.Id, cancellationToken);
        if ((standing.RefusesHelpBy(reach.Staff) ?? (user.IsInvited ? null : ErrorCodes.AlreadyDone) ?? (user.Status == UserStatus.Active ? null : ErrorCodes.AccountDisabled)) is { } refusal)
        {
            return await refusals.KeepAsync(reach, AuditEvents.InvitationSentAgain, refusal, client, user.Id);
        }

        if (await RequestMailAsync(user, cancellationToken) is not null)
        {
            return ErrorCodes.RateLimited;
        }

        (user.InvitedAt, user.SecurityStamp) = (clock.GetUtcNow(), User.NewStamp());
        reach.Audit(AuditEvents.InvitationSentAgain, clock.GetUtcNow(), client, user.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Takes it back, and the account with it. Null when it is done.</summary>
    public async Task<ErrorCode?> RevokeAsync(string id, Reach reach, Client client, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        var standing = await reach.StandingOfAsync(user.Id, cancellationToken);
        if ((standing.RefusesAdministrationBy(reach.Staff) ?? reach.RefusesUndoing(user) ?? (user.IsInvited ? null : ErrorCodes.AlreadyDone)) is { } refusal)
        {
            return await refusals.KeepAsync(reach, AuditEvents.InvitationRevoked, refusal, client, user.Id);
        }

        var erased = await erasure.EraseAsync(user, new("invitation_revoked", client) { By = reach.Staff.ActorId, TenantId = reach.Staff.TenantId }, cancellationToken);
        reach.Audit(AuditEvents.InvitationRevoked, clock.GetUtcNow(), client, erased.Pseudonym);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    // By the address alone: what names the account would be gone with it, and so would the count of who invites, takes back and invites.
    private Task<TimeSpan?> RequestMailAsync(User user, CancellationToken cancellationToken) =>
        outbox.RequestAsync(MailKinds.Invitation, null, user.NormalizedEmail!, user.Locale, null, (NpgsqlConnection)db.Database.GetDbConnection(), cancellationToken);

    private User Add(InviteRequest request, Tenant? tenant, Reach reach, Client client)
    {
        var now = clock.GetUtcNow();
        var user = new User(EmailAddress.Parse(request.Email)!, request.Username, Blank(request.FullName), request.Locale, now) { InvitedAt = now };
        db.Add(user);
        AddRoles(user, request, tenant, now);
        AddProfile(user, request, now);
        reach.Audit(AuditEvents.UserInvited, now, client, user.Id, $"roles{(tenant is null ? "" : $" at {tenant.Slug}")}: {string.Join(' ', request.RolesOrDefault)}");
        return user;
    }

    private async Task<ErrorCode?> SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException exception) when (DatabaseFaults.ViolatedUniqueConstraint(exception) is UserConfiguration.EmailIndex or UserConfiguration.UserNameIndex)
        {
            return DatabaseFaults.ViolatedUniqueConstraint(exception) is UserConfiguration.EmailIndex ? ErrorCodes.EmailTaken : ErrorCodes.UsernameTaken;
        }
    }

    // At a tenant somebody is what was said, and everywhere a patient: what its admin gives there, they can take away there.
    private void AddRoles(User user, InviteRequest request, Tenant? tenant, DateTimeOffset now)
    {
        var roles = request.RolesOrDefault;
        IEnumerable<string> everywhere = tenant is null ? roles : [Role.Patient];
        db.AddRange(everywhere.Select(role => new IdentityUserRole<Guid> { UserId = user.Id, RoleId = Role.IdOf(role) }));
        if (tenant is not null)
        {
            db.AddRange(roles.Select(role => new Membership(user.Id, tenant.Id, role, now)));
        }
    }

    private void AddProfile(User user, InviteRequest request, DateTimeOffset now)
    {
        if (!request.RolesOrDefault.Contains(Role.Physician, StringComparer.Ordinal))
        {
            return;
        }

        var physician = new Physician(user.Id, request.Physician?.LanguagePreference, Blank(request.Physician?.Specialty), now);
        db.Add(physician);
        if (Blank(request.Physician?.LicenseNumber) is { } number)
        {
            db.Add(new Licence(physician.Id, request.Physician!.LicenseJurisdiction, number, now));
        }
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
