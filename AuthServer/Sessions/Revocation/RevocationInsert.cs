namespace AuthServer.Sessions.Revocation;

/// <summary>Inserts revocations, as one step of a larger statement. Requires the parameters <c>@now, @refuse_until</c>.</summary>
internal static class RevocationInsert
{
    /// <summary>The access tokens of one account, whatever their version.</summary>
    public static readonly string OfAccount = Sql("user_id, token_version", "@user_id, @version");

    /// <summary>The access tokens for one tenant.</summary>
    public static readonly string OfTenant = Sql("tenant_id", "@tenant");

    /// <summary>The access tokens of the sessions whose <c>id</c> is in <paramref name="from"/>.</summary>
    public static string OfSessions(string from) => Sql("session_id", "id", from);

    /// <summary>
    /// The access tokens of the users and API keys whose <c>id</c> and new <c>version</c> are in <paramref name="from"/>.
    /// </summary>
    public static string OfVersions(string from) => Sql("user_id, token_version", "id, version", from);

    private static string Sql(string columns, string values, string? from = null) =>
        $"INSERT INTO revocations ({columns}, created_at, expires_at) SELECT {values}, @now, @refuse_until"
            + (from is null ? "" : $" FROM {from}");
}
