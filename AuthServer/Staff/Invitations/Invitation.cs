using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.Users;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Invitations;

internal abstract record InvitationOutcome
{
    private InvitationOutcome()
    {
    }

    public sealed record Invited(Guid UserId) : InvitationOutcome;

    public sealed record Refused(ErrorCode Reason) : InvitationOutcome;

    /// <summary>Too many invitations were sent to the mailbox.</summary>
    public sealed record LimitReached(TimeSpan RetryAfter) : InvitationOutcome;
}

/// <summary>
/// An account created for somebody else: <c>invited → accepted</c> when they set a first password with the mailed link, or <c>→
/// revoked</c>, which deletes the unused account. Staff never choose a password.
/// </summary>
internal sealed class Invitation(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, EmailOutbox outbox, AccountErasure erasure, DeniedActionAudit refusals,
    TimeProvider clock)
{
    public async Task<InvitationOutcome> InviteAsync(StaffCall call, InviteRequest request)
    {
        var (scope, _, cancellationToken) = call;
        // Otherwise whoever holds the key could invite themselves with more rights than its scopes allow.
        if (scope.Staff.Caller.IsKey && request.RolesOrDefault.Any(role => role is Role.Admin or Role.Support))
        {
            return new InvitationOutcome.Refused(ErrorCodes.PersonRequired);
        }

        var tenant =
            await scope.Tenants.AsNoTracking().SingleOrDefaultAsync(
                found => found.Slug == request.Tenant || found.Id == scope.Staff.TenantId, cancellationToken);
        if (request.Tenant is not null && tenant?.Slug != request.Tenant)
        {
            return new InvitationOutcome.Refused(ErrorCodes.NotFound);
        }

        var user = await AddAsync(call, request, tenant);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if ((await commit.SaveAsync(cancellationToken)).Refusal() is { } taken)
        {
            return new InvitationOutcome.Refused(taken);
        }

        if (await RequestMailAsync(call, user) is { } wait)
        {
            return new InvitationOutcome.LimitReached(wait);
        }

        await transaction.CommitAsync(cancellationToken);
        return new InvitationOutcome.Invited(user.Id);
    }

    /// <summary>Sends the invitation again and invalidates the previous link. Null if successful.</summary>
    public async Task<ErrorCode?> SendAgainAsync(StaffCall call, string id)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        if ((privileges.RefusesHelpBy(scope.Staff)
            ?? (user.IsInvited ? null : ErrorCodes.AlreadyDone)
            ?? (user.Status == UserStatus.Active ? null : ErrorCodes.AccountDisabled)) is { } refusal)
        {
            return await refusals.KeepAsync(call, AuditEvents.InvitationSentAgain, refusal, user.Id);
        }

        if (await RequestMailAsync(call, user) is not null)
        {
            return ErrorCodes.RateLimited;
        }

        await accounts.InviteAgainAsync(user);
        scope.Audit(AuditEvents.InvitationSentAgain, clock.GetUtcNow(), origin, user.Id);
        await commit.SaveLockedAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Revokes the invitation and deletes the account. Null if successful.</summary>
    public async Task<ErrorCode?> RevokeAsync(StaffCall call, string id)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        if ((privileges.RefusesAdministrationBy(scope.Staff)
            ?? scope.RefusesUndoing(user)
            ?? (user.IsInvited ? null : ErrorCodes.AlreadyDone)) is { } refusal)
        {
            return await refusals.KeepAsync(call, AuditEvents.InvitationRevoked, refusal, user.Id);
        }

        var erased =
            await erasure.EraseAsync(
                user, new("invitation_revoked", origin) { By = scope.Staff.ActorId, TenantId = scope.Staff.TenantId },
                cancellationToken);
        scope.Audit(AuditEvents.InvitationRevoked, clock.GetUtcNow(), origin, erased.Pseudonym);
        await commit.SaveLockedAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    // Counted by address, not by account: deleting the account would reset the limit for whoever invites, revokes and invites
    // again.
    private Task<TimeSpan?> RequestMailAsync(StaffCall call, User user)
    {
        var inviter = call.Scope.Staff.Caller.IsKey ? null : call.Scope.Staff.ActorId;
        return outbox.RequestAsync(
            MailKinds.Invitation, null, user.NormalizedEmail!, user.Locale, inviter is null ? null : EmailOutbox.By(inviter.Value),
            db.Connection(), call.CancellationToken);
    }

    private async Task<User> AddAsync(StaffCall call, InviteRequest request, Tenant? tenant)
    {
        var now = clock.GetUtcNow();
        var user = await accounts.AddAsync(new(EmailAddress.Parse(request.Email)!)
        {
            UserName = request.Username,
            FullName = Blank(request.FullName),
            Locale = request.Locale,
            InvitedAt = now,
        });
        AddRoles(user, request, tenant, now);
        AddProfile(user, request, now);
        call.Scope.Audit(
            AuditEvents.UserInvited, now, call.Origin, user.Id,
            $"roles{(tenant is null ? "" : $" at {tenant.Slug}")}: {string.Join(' ', request.RolesOrDefault)}");
        return user;
    }

    // The given role at the tenant, and patient on the platform: what a tenant's administrator grants there, they can revoke there.
    private void AddRoles(User user, InviteRequest request, Tenant? tenant, DateTimeOffset now)
    {
        var roles = request.RolesOrDefault;
        IEnumerable<string> everywhere = tenant is null ? roles : [Role.Patient];
        db.AssignRoles(user.Id, everywhere);
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
