namespace AuthServer.Staff.AuditSearch;

/// <summary>Examples for the OpenAPI document; a test compares each with a real response.</summary>
internal static class AuditExamples
{
    public const string Item = """
        {
          "id": 4711, "type": "session.started", "outcome": "success", "occurred_at": "2026-11-21T08:30:00.000000Z",
          "actor_id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f",
          "user_id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "tenant_id": null, "session_id": "0195b1f1-0a2b-7c3d-8e4f-5a6b7c8d9e0f",
          "ip_address": "203.0.113.7",
          "user_agent": "Mozilla/5.0", "request_id": "0HNH5K2V7Q3M4", "reason": null, "detail": null, "erased": false
        }
        """;

    public const string Page = $$"""{"items":[{{Item}}],"total":1,"total_is_exact":true,"skip":0,"limit":20,"next":null}""";
}
