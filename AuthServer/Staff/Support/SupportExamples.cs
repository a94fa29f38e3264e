namespace AuthServer.Staff.Support;

/// <summary>Examples for the OpenAPI document; a test compares each with real requests and responses.</summary>
internal static class SupportExamples
{
    public const string Reason = """{"reason":"Called on 21 November; cannot sign in"}""";

    public const string Opened = """
        {
          "id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "email": "dana@example.com", "username": null,
          "full_name": "Dana Levi", "locale": "he",
          "status": "active", "email_verified": true,
          "created_at": "2026-11-21T08:30:00.000000Z", "last_login_at": "2026-11-21T08:30:00.000000Z",
          "is_locked": false, "locked_until": null
        }
        """;

    public const string Awaiting =
        """{"status":"awaiting_approval","id":"0195b203-51aa-7c10-b2f4-6d8e0a1c3e5f","expires_at":"2026-11-21T10:30:00.000000Z"}""";

    public const string Resets =
        $$"""{"items":[{{{Asked}},"state":"pending","decided_by":null,"decided_at":null}],"total":1,"skip":0,"limit":20,"next":null}""";

    public const string Approved = $$"""{{{Asked}},"state":"approved",{{Decided}}}""";

    public const string Declined = $$"""{{{Asked}},"state":"declined",{{Decided}}}""";

    private const string Asked = """
        "id":"0195b203-51aa-7c10-b2f4-6d8e0a1c3e5f",
        "person":{"id":"0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f","email":"d•••@example.com","full_name":"Dana Levi"},
        "asked_by":{"id":"0195b1aa-0c2d-7e4f-8a6b-1c3d5e7f9a0b","full_name":"Noam Katz"},"reason":"New phone; cannot sign in","tenant":null,
        "created_at":"2026-11-21T09:30:00.000000Z","expires_at":"2026-11-21T10:30:00.000000Z"
        """;

    private const string Decided = """
        "decided_by":{"id":"0195b1ab-3f5a-7b6c-9d8e-0f1a2b3c4d5e","full_name":"Maya Peretz"},"decided_at":"2026-11-21T09:42:00.000000Z"
        """;
}
