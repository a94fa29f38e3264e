namespace AuthServer.Staff.ApiKeys;

/// <summary>Examples for the OpenAPI document; a test compares each with real requests and responses.</summary>
internal static class ApiKeyExamples
{
    public const string Create = """{"name":"billing","scopes":["users:read"],"tenant":"heart-clinic","requests_per_minute":600}""";

    public const string Change = """{"name":"billing-2","requests_per_minute":300}""";

    public const string Exchange = """{"scopes":["users:read"]}""";

    public const string Token = """
        {
          "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
          "token_type": "Bearer", "expires_in": 300, "scope": "users:read"
        }
        """;

    public const string Record = $$"""{{{Fields}}}""";

    // Not in the form of a real key, so that secret scanners ignore it.
    public const string Made = $$"""{{{Fields}}, "key": "as_AZWx8IorfkyNHztcfZ4fIAAAAAN0b1k…"}""";

    public const string Page = $$"""{"items":[{{{Fields}}}],"total":1,"skip":0,"limit":20,"next":null}""";

    private const string Fields = """
        "id": "0195b1f0-8a2b-7e4c-8d1f-3b5c7d9e1f20", "name": "billing", "tenant": "heart-clinic",
        "owner_id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f",
        "scopes": ["users:read"], "requests_per_minute": 600, "status": "live",
        "created_at": "2026-11-21T08:30:00.000000Z", "expires_at": "2027-02-19T08:30:00.000000Z",
        "last_used_at": null, "revoked_at": null, "exposed_at": null
        """;
}
