namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Everything held about a person. The columns of the tables are told as they stand; what is left out stands at the end, with the reason.
/// </summary>
/// <param name="ExportedAt">When it was made.</param>
/// <param name="Account">The account itself, with what was asked for and has not come about yet.</param>
/// <param name="Roles">What the person is everywhere.</param>
/// <param name="Memberships">What they are at tenants.</param>
/// <param name="Physician">The professional profile, where there is one.</param>
/// <param name="Licences">The licences.</param>
/// <param name="Sessions">Sign-ins of the last weeks, with device and address.</param>
/// <param name="ApiKeys">API keys they answer for.</param>
/// <param name="Claims">What else is known of them for other systems.</param>
/// <param name="Logins">Accounts at others that they sign in with.</param>
/// <param name="Tokens">What is kept for signing in, by name.</param>
/// <param name="Passkeys">Passkeys.</param>
/// <param name="AssistedResets">Links to set a new password that support asked for on their behalf.</param>
/// <param name="FailedSignIns">Counts of wrong passwords under their names.</param>
/// <param name="Mails">Mails to them, sent or owed.</param>
/// <param name="Events">What the audit log tells about them and of them.</param>
/// <param name="LeftOut">What is held and not told here, and why.</param>
public sealed record AccountCopy(
    DateTimeOffset ExportedAt,
    IReadOnlyDictionary<string, object?> Account,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Roles,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Memberships,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Physician,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Licences,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Sessions,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> ApiKeys,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Claims,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Logins,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Tokens,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Passkeys,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> AssistedResets,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> FailedSignIns,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Mails,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Events,
    IReadOnlyDictionary<string, string> LeftOut);
