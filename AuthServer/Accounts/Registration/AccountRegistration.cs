using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Registration;

internal abstract record RegistrationOutcome
{
    private RegistrationOutcome()
    {
    }

    public sealed record Registered(SignedInResponse Response) : RegistrationOutcome;

    /// <summary>The mail to the mailbox says the rest; the same whether or not the address had an account.</summary>
    public sealed record MailSent(string? DevToken) : RegistrationOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : RegistrationOutcome;

    public sealed record Refused(ErrorCode Reason) : RegistrationOutcome;
}

/// <summary>A validated registration; only whether address and user name are free has not been checked.</summary>
internal sealed record NewAccount(RegisterRequest Request, EmailAddress Email, string Role, Tenant? Tenant, string PasswordHash)
{
    public string? FullName => Blank(Request.FullName);

    public string? Locale => Request.Locale ?? Tenant?.Settings.Locale;

    public NewUser Wanted => new(Email) { UserName = Request.Username, FullName = FullName, Locale = Locale, PasswordHash = PasswordHash };

    /// <summary>Adds roles and profile to the account, which exists or is saved with them.</summary>
    public void AddProfile(AuthDbContext db, Guid userId, DateTimeOffset now)
    {
        db.AssignRoles(userId, Role);
        if (Tenant is not null)
        {
            db.Memberships.Add(new Membership(userId, Tenant.Id, Role, now));
        }

        if (Role == Domain.Role.Physician)
        {
            var physician = new Physician(userId, Request.Physician?.LanguagePreference, Blank(Request.Physician?.Specialty), now);
            db.Physicians.Add(physician);
            if (Blank(Request.Physician?.LicenseNumber) is { } number)
            {
                db.Licences.Add(new Licence(physician.Id, Request.Physician!.LicenseJurisdiction, number, now));
            }
        }
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>
/// Creates an account: usable and signed in at once, or usable when its mailbox is confirmed. The unique index
/// decides whether the address is free.
/// </summary>
internal sealed class AccountRegistration(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, PasswordPolicy policy, PasswordHashing hashing, AccountOpening opening,
    GuestRegistration guests, AccountRules rules, TimeProvider clock)
{
    /// <param name="request">The registration.</param>
    /// <param name="caller">Who is signed in: a guest is registered, anybody else has an account already.</param>
    /// <param name="origin">Where the request came from.</param>
    /// <param name="cancellationToken">Cancels the registration.</param>
    public async Task<RegistrationOutcome> RegisterAsync(
        RegisterRequest request, Caller? caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var outcome = await TryRegisterAsync(request, caller?.UserId, origin, cancellationToken);
        if (outcome is RegistrationOutcome.Refused refused)
        {
            // The changes were rolled back and must not be saved with the next ones.
            db.ChangeTracker.Clear();
            await commit.RecordRefusalAsync(AuditEvents.RegistrationRefused, origin, userId: null, sessionId: null, refused.Reason.Code);
        }

        return outcome;
    }

    private async Task<RegistrationOutcome> TryRegisterAsync(
        RegisterRequest request, Guid? guest, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (guest is { } signedIn && await guests.RefusalAsync(signedIn, cancellationToken) is { } refusal)
        {
            return new RegistrationOutcome.Refused(refusal);
        }

        var role = request.Role ?? Role.Patient;
        if (role is not (Role.Patient or Role.Physician))
        {
            return new RegistrationOutcome.Refused(ErrorCodes.RoleNotAllowed);
        }

        var email = EmailAddress.Parse(request.Email)!;
        var errors = new FieldErrors();
        string?[] ownData = [email.Canonical, request.Username, request.FullName, request.Tenant];
        await policy.CheckAsync(errors, "password", request.Password?.Reveal(), ownData, cancellationToken);
        if (errors.Any)
        {
            return new RegistrationOutcome.Invalid(errors.Messages);
        }

        var tenant = request.Tenant is { } slug
            ? await db.Tenants.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Slug == slug, cancellationToken)
            : null;
        if (request.Tenant is not null && tenant is not { Status: TenantStatus.Active, Settings.SelfRegistration: true })
        {
            return new RegistrationOutcome.Refused(ErrorCodes.TenantNotOpen);
        }

        // Reported whatever the address, because user names are not secret. An unconfirmed account does not reserve one.
        if (rules.VerifyFirst
            && request.Username is { } name
            && await db.Users.AnyAsync(user => user.NormalizedUserName == UserName.Normalize(name), cancellationToken))
        {
            return new RegistrationOutcome.Refused(ErrorCodes.UsernameTaken);
        }

        var hash = await hashing.HashAsync(request.Password!.Reveal(), cancellationToken);
        var account = new NewAccount(request, email, role, tenant, hash);
        if (guest is { } id)
        {
            return await guests.RegisterAsync(id, account, origin, cancellationToken);
        }

        var user = await AddAccountAsync(account, origin);
        return rules.VerifyFirst
            ? await opening.AfterProofAsync(user, request, origin, cancellationToken)
            : await opening.AtOnceAsync(user, request, origin, cancellationToken);
    }

    private async Task<User> AddAccountAsync(NewAccount account, RequestOrigin origin)
    {
        var (now, request) = (clock.GetUtcNow(), account.Request);
        var user = await accounts.AddAsync(rules.VerifyFirst
            ? account.Wanted with { UserName = null, PendingUserName = request.Username }
            : account.Wanted);
        account.AddProfile(db, user.Id, now);
        db.Audit(AuditEvents.Registered, now, origin, actor: user.Id, subject: user.Id, reason: account.Role);
        return user;
    }
}
