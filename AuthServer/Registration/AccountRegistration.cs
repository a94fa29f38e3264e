using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Data.Configurations;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Registration;

/// <summary>What became of a registration.</summary>
internal abstract record RegistrationOutcome
{
    private RegistrationOutcome()
    {
    }

    public sealed record Registered(SignedInResponse Response) : RegistrationOutcome;

    public sealed record Faulted(IReadOnlyDictionary<string, string[]> Errors) : RegistrationOutcome;

    public sealed record Refused(ErrorCode Reason) : RegistrationOutcome;
}

/// <summary>
/// Makes an account and signs it in, in one transaction. Whether the address or the user name is free is decided by the
/// unique indexes alone: a look beforehand would be wrong as soon as two ask at once.
/// </summary>
internal sealed class AccountRegistration(AuthDbContext db, PasswordPolicy policy, PasswordHashing hashing, SessionStarter starter, TimeProvider clock)
{
    private static readonly string[] Methods = ["pwd"];

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
        policy.Check(errors, "password", request.Password, email.Canonical, request.Username, request.FullName);
        if (errors.Any)
        {
            return new RegistrationOutcome.Faulted(errors.Messages);
        }

        var tenant = request.Tenant is { } slug ? await db.Tenants.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Slug == slug, cancellationToken) : null;
        if (request.Tenant is not null && tenant is not { Status: TenantStatus.Active, Settings.SelfRegistration: true })
        {
            return new RegistrationOutcome.Refused(ErrorCodes.TenantNotOpen);
        }

        var hash = await hashing.HashAsync(request.Password!, cancellationToken);
        var user = AddAccount(request, email, role, tenant, hash, client);
        return await SaveAndStartAsync(user, request.DeviceName, client, cancellationToken);
    }

    private User AddAccount(RegisterRequest request, EmailAddress email, string role, Tenant? tenant, string hash, Client client)
    {
        var now = clock.GetUtcNow();
        var user = new User(email, request.Username, Blank(request.FullName), request.Locale, now) { PasswordHash = hash };
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

    private async Task<RegistrationOutcome> SaveAndStartAsync(User user, string? deviceName, Client client, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.ViolatedUniqueConstraint(exception) is UserConfiguration.EmailIndex)
        {
            return new RegistrationOutcome.Refused(ErrorCodes.EmailTaken);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.ViolatedUniqueConstraint(exception) is UserConfiguration.UserNameIndex)
        {
            return new RegistrationOutcome.Refused(ErrorCodes.UsernameTaken);
        }

        var identity = new ProvenIdentity(user.Id, Methods, client, deviceName, user.PasswordHash);
        var response = await starter.StartAsync(identity, (NpgsqlConnection)db.Database.GetDbConnection(), null, cancellationToken)
            ?? throw new InvalidOperationException("An account that was made in this transaction could not be signed in.");
        await transaction.CommitAsync(cancellationToken);
        return new RegistrationOutcome.Registered(response);
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
