using AuthServer.AuditTrail;
using AuthServer.Sessions.Revocation;

namespace AuthServer.Compliance.DataRights;

/// <summary>The data kept after an account is erased; <c>docs/data-rights.md</c> lists it for operators.</summary>
internal sealed class KeptAfterErasure(RevocationFeed feed, AuditSettings audit)
{
    public IReadOnlyList<KeptData> After(DateTimeOffset due) =>
    [
        new("What happened to the account and when, under a random pseudonym: no name, address, device, or word that was said about it.",
            "To show afterwards that accounts were handled rightly (GDPR article 17(3)).", due + audit.Retention),
        new(
            "The ids of the account and of its last sessions.", "So that access tokens which are still about are refused.",
            feed.RefusedUntil(due)),
        new("Backups of the database from before.", "To restore it after an accident; what was erased since is then erased again.", null),
    ];
}
