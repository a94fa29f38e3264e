namespace AuthServer.Staff.Users;

/// <summary>Examples for the OpenAPI document; a test compares each with a real response.</summary>
internal static class UserExamples
{
    public const string Record = $$"""{ {{Members}} }""";

    public const string Enabled = $$"""{ {{Members}}, "api_keys_ended": 0 }""";

    public const string Page = $$"""{"items":[{{Record}}],"total":1,"total_is_exact":true,"skip":0,"limit":20,"next":null}""";

    public const string Statistics = """
        {
          "total": 1024, "by_role": {"patient": 990, "physician": 30, "admin": 2, "support": 4},
          "by_status": {"active": 1000, "disabled": 4, "invited": 20},
          "by_tenant": [{"tenant": {"id": "0195b1ef-5a3c-7b2d-8e4f-1a2b3c4d5e6f", "slug": "north-clinic", "name": "North Clinic"},
            "count": 600}],
          "new_per_day": [{"day": "2026-11-21", "count": 12}], "sign_ins_per_day": [{"day": "2026-11-21", "count": 340}],
          "as_of": "2026-11-21T08:30:00.000000Z"
        }
        """;

    private const string Members = """
        "id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "email": "dana@example.com", "username": null, "full_name": "Dana Levi",
        "locale": "he", "roles": ["patient"],
        "memberships": [{"tenant": {"id": "0195b1ef-5a3c-7b2d-8e4f-1a2b3c4d5e6f", "slug": "north-clinic", "name": "North Clinic"},
          "role": "patient"}],
        "status": "active", "disabled_reason": null, "disabled_until": null, "invited_at": null, "invitation_expires_at": null,
        "email_verified": true, "is_anonymous": false, "erasure_due_at": null, "created_at": "2026-11-21T08:30:00.000000Z",
        "last_login_at": null, "physician_id": null, "legacy_id": null
        """;
}
