using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Registration;

/// <summary>What became of a registration.</summary>
internal abstract record RegistrationOutcome
{
    private RegistrationOutcome()
    {
    }

    public sealed record Registered(SignedInResponse Response) : RegistrationOutcome;

    /// <summary>A mail says the rest, to whoever has the mailbox; the same whether or not the address had an account.</summary>
    public sealed record MailSent(string? DevToken) : RegistrationOutcome;

    public sealed record Faulted(IReadOnlyDictionary<string, string[]> Errors) : RegistrationOutcome;

    public sealed record Refused(ErrorCode Reason) : RegistrationOutcome;
}

/// <summary>
/// Makes an account: ready at once and signed in, or to be used when its mailbox is proven. Whether the address is free
/// is decided by the unique index alone: a look beforehand would be wrong as soon as two ask at once.
/// </summary>
internal sealed class AccountRegistration(AuthDbContext db, PasswordPolicy policy, PasswordHashing hashing, AccountOpening opening, AccountRules rules, TimeProvider clock)
{
    public async Task<RegistrationOutcome> RegisterAsync(RegisterRequest request, Client client, CancellationToken cancellationToken)
    {
        var outcome = await TryRegisterAsync(request, client, cancellationToken);
        if (outcome is RegistrationOutcome.Refused refused)
        {
            // What was to be saved has been rolled back, and must not come along.
            db.ChangeTracker.Clear();
            db.Audit(AuditEvents.RegistrationRefused, clock.GetUtcNow(), client, actor: null, subject: null, reason: refused.Reason.Code, outcome: AuditOutcome.Failure);
            await db.SaveChangesAsync(CancellationToken.None);
        }

        return outcome;
    }

    private async Task<RegistrationOutcome> TryRegisterAsync(RegisterRequest request, Client client, CancellationToken cancellationToken)
    {
        var role = request.Role ?? Role.Patient;
        if (role is not (Role.Patient or Role.Physician))
        {
            return new RegistrationOutcome.Refused(ErrorCodes.RoleNotAllowed);
        }

        var email = EmailAddress.Parse(request.Email)!;
        var errors = new FieldErrors();
        await policy.CheckAsync(errors, "password", request.Password, [email.Canonical, request.Username, request.FullName, request.Tenant], cancellationToken);
        if (errors.Any)
        {
            return new RegistrationOutcome.Faulted(errors.Messages);
        }

        var tenant = request.Tenant is { } slug ? await db.Tenants.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Slug == slug, cancellationToken) : null;
        if (request.Tenant is not null && tenant is not { Status: TenantStatus.Active, Settings.SelfRegistration: true })
        {
            return new RegistrationOutcome.Refused(ErrorCodes.TenantNotOpen);
        }

        // Told whatever the address: user names are no secret. An unproven account reserves none.
        if (rules.VerifyFirst && request.Username is { } name && await db.Users.AnyAsync(user => user.NormalizedUserName == UserName.Normalize(name), cancellationToken))
        {
            return new RegistrationOutcome.Refused(ErrorCodes.UsernameTaken);
        }

        var hash = await hashing.HashAsync(request.Password!, cancellationToken);
        var user = AddAccount(request, email, role, tenant, hash, client);
        return rules.VerifyFirst ? await opening.AfterProofAsync(user, request, client, cancellationToken) : await opening.AtOnceAsync(user, request, client, cancellationToken);
    }

    private User AddAccount(RegisterRequest request, EmailAddress email, string role, Tenant? tenant, string hash, Client client)
    {
        var now = clock.GetUtcNow();
        var user = new User(email, rules.VerifyFirst ? null : request.Username, Blank(request.FullName), request.Locale ?? tenant?.Settings.Locale, now)
        {
            PasswordHash = hash,
            PendingUserName = rules.VerifyFirst ? request.Username : null,
        };
        db.Users.Add(user);
        db.UserRoles.Add(new IdentityUserRole<Guid> { UserId = user.Id, RoleId = Role.IdOf(role) });
        if (tenant is not null)
        {
            db.Memberships.Add(new Membership(user.Id, tenant.Id, role, now));
        }

        if (role == Role.Physician)
        {
            var physician = new Physician(user.Id, request.Physician?.LanguagePreference, Blank(request.Physician?.Specialty), now);
            db.Physicians.Add(physician);
            if (Blank(request.Physician?.LicenseNumber) is { } number)
            {
                db.Licences.Add(new Licence(physician.Id, request.Physician!.LicenseJurisdiction, number, now));
            }
        }

        db.Audit(AuditEvents.Registered, now, client, actor: user.Id, subject: user.Id, reason: role);
        return user;
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
