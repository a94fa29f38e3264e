namespace AuthServer.Support;

/// <summary>What the description shows; a test holds each against what is really sent and taken.</summary>
internal static class SupportExamples
{
    public const string Reason = """{"reason":"Called on 21 November; cannot sign in"}""";

    public const string Opened = """
        {
          "id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "email": "dana@example.com", "username": null, "full_name": "Dana Levi", "locale": "he",
          "status": "active", "email_verified": true, "created_at": "2026-11-21T08:30:00Z", "last_login_at": "2026-11-21T08:30:00Z",
          "is_locked": false, "locked_until": null
        }
        """;
}
