namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Everything stored about a person, with the columns of the tables as they are; what is left out is listed at the end, with
/// reasons.
/// </summary>
/// <param name="ExportedAt">When the copy was made.</param>
/// <param name="Account">The account itself, with requested changes that have not taken effect yet.</param>
/// <param name="Roles">The person's roles on the whole platform.</param>
/// <param name="Memberships">Their roles at tenants.</param>
/// <param name="Physician">The professional profile, if there is one.</param>
/// <param name="Licences">The licences to practise.</param>
/// <param name="Sessions">Sign-ins of the last weeks, with device and address.</param>
/// <param name="ApiKeys">API keys they are responsible for.</param>
/// <param name="Claims">Further claims about them, for other systems.</param>
/// <param name="Logins">Accounts at external providers that they sign in with.</param>
/// <param name="Tokens">Stored values used for signing in, by name.</param>
/// <param name="Passkeys">Passkeys.</param>
/// <param name="AssistedResets">Password resets that support requested on their behalf.</param>
/// <param name="FailedSignIns">Counts of failed sign-ins under their names.</param>
/// <param name="Mails">Mails to them, sent or waiting.</param>
/// <param name="Events">Audit events about them and by them.</param>
/// <param name="LeftOut">What is stored but not included, and why.</param>
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
