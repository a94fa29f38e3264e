namespace AuthServer.Sessions.Refresh;

/// <summary>The examples in the OpenAPI document; a test compares each with real requests and answers.</summary>
internal static class Examples
{
    public const string RefreshToken = """{"refresh_token":"asr_5d1c0a9e_AZWx8IorfkyNHztcfZ4fIAAAAAN0b1kzQ2pYx7m4uHq2sWv9dKfGzTnLcRe"}""";

    public const string Pair = $$"""{{{Tokens}}}""";

    public const string SignedIn = $$"""{{{Tokens}},"user":{{Person}}}""";

    public const string Person = """
        {
          "id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "email": "dana@example.com", "username": null,
          "full_name": "Dana Levi", "locale": "he",
          "roles": ["patient"], "tenant": null, "memberships": [], "physician": null, "email_verified": false, "mfa_enabled": false,
          "is_anonymous": false, "legacy_id": null, "created_at": "2026-11-21T08:30:00.000000Z",
          "last_login_at": "2026-11-21T08:30:00.000000Z"
        }
        """;

    public const string Verified = """
        {
          "valid": true, "sub": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "sid": "0195b1f0-8a2b-7e4c-8d1f-3b5c7d9e1f20",
          "roles": ["patient"], "tenant": null, "exp": 1795250400, "scope": null
        }
        """;

    public const string Sessions = """
        {
          "items": [
            {
              "id": "0195b1f0-8a2b-7e4c-8d1f-3b5c7d9e1f20", "device_name": "Dana's phone", "ip": "203.0.113.7",
              "user_agent": "ClinicApp/2.1",
              "created_at": "2026-11-21T08:30:00.000000Z", "last_used_at": "2026-11-21T09:10:00.000000Z",
              "expires_at": "2027-02-19T08:30:00.000000Z", "current": true
            }
          ],
          "total": 1, "skip": 0, "limit": 20, "next": null
        }
        """;

    private const string Tokens = """
        "access_token":"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
        "refresh_token":"asr_5d1c0a9e_AZWx8IorfkyNHztcfZ4fIAAAAAN0b1kzQ2pYx7m4uHq2sWv9dKfGzTnLcRe","token_type":"Bearer","expires_in":600
        """;
}
