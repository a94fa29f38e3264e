using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// Creates a guest and signs them in: an account without address, password and roles, which can only be used through its session.
/// </summary>
internal sealed class GuestOpening(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, SessionStarter starter, RegistrationSettings settings,
    TimeProvider clock)
{
    private static readonly string[] Methods = ["anonymous"];

    /// <summary>Null if this server does not allow guests.</summary>
    public async Task<SignedInResponse?> OpenAsync(GuestRequest? request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (!settings.AllowAnonymous)
        {
            return null;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var guest = await accounts.AddGuestAsync(request?.Locale);
        db.Audit(AuditEvents.GuestMade, clock.GetUtcNow(), origin, guest.Id, guest.Id);
        await commit.SaveLockedAsync(cancellationToken);
        var identity = new AuthenticatedIdentity(guest.Id, Methods, origin, request?.DeviceName, PasswordHash: null);
        var response = await starter.StartAsync(identity, db.Connection(), null, cancellationToken)
            ?? throw new InvalidOperationException("An account created in this transaction could not be signed in.");
        await transaction.CommitAsync(cancellationToken);
        return response;
    }
}

/// <summary>Requests a guest account.</summary>
/// <param name="DeviceName">The name shown in the person's list of devices; cleaned, and cut to 100 characters.</param>
/// <param name="Locale">Language of pages: a BCP 47 tag such as <c>he</c>.</param>
public sealed record GuestRequest(string? DeviceName = null, string? Locale = null) : IValidated
{
    /// <summary>Language of pages: a BCP 47 tag such as <c>he</c>.</summary>
    public string? Locale { get; init; } = LanguageTag.Of(Locale);

    void IValidated.Validate(FieldErrors errors) => errors.LanguageTag("locale", Locale);
}
