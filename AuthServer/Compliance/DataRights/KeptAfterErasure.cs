using AuthServer.AuditTrail;
using AuthServer.Sessions.Revocation;

namespace AuthServer.Compliance.DataRights;

/// <summary>The data kept after an account is erased; <c>docs/data-rights.md</c> lists it for operators.</summary>
internal sealed class KeptAfterErasure(RevocationFeed feed, AuditSettings audit)
{
    public IReadOnlyList<KeptData> After(DateTimeOffset due) =>
    [
        new("What happened to the account and when, under a random pseudonym: no name, address, device or free text.",
            "To prove that accounts were handled correctly (GDPR article 17(3)).", due + audit.Retention),
        new(
            "The ids of the account and of its last sessions.", "So that access tokens that have not expired are refused.",
            feed.RefusedUntil(due)),
        new("Older backups of the database.", "To restore it after a failure; what was erased since is then erased again.", null),
    ];
}
